/**
 * Decisions that the server has not acknowledged. They are written down before they are sent, so that leaving the
 * page, a lost connection or a server that is down loses none of them, and they count as the standing choice.
 */

import type { Choices } from './choice';

export type Layer = 'banner' | 'settings' | 'page' | 'api';
export type Control = 'accept' | 'refuse' | 'save' | 'withdraw';

/** The body of `POST /api/v1/consents`. */
export interface Decision {
  /** UUIDv7, made once per click: a retry is the same decision. */
  readonly id: string;
  readonly site: string;
  readonly notice: string;
  readonly language: string;
  readonly layer: Layer;
  readonly control: Control;
  readonly actor: 'person' | 'automation';
  readonly choices: Choices;
}

/** The parts of the browser the outbox uses. */
export interface Surroundings {
  /** May throw: some browsers refuse even to name their storage. */
  storage(): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** Sends one decision; the HTTP status, or 0 when there was no answer. Never rejects. */
  send(decision: Decision): Promise<number>;
  /** Runs `task` while no other tab does. */
  alone(task: () => Promise<unknown>): Promise<unknown>;
  /** Told after each attempt: `stored`, `refused` (dropped for good) or `waiting` (kept). */
  settled(decision: Decision, result: 'stored' | 'refused' | 'waiting'): void;
  /** Milliseconds since 1970. */
  now(): number;
}

const KEY = 'koek-outbox';

/** The answers after which sending the same bytes again cannot help: malformed, stale, too large, wrong type or field. */
const DEFINITIVE = [400, 409, 413, 415, 422];

/** No choice is valid for longer than the shortest half year, acknowledged or not. */
const KEPT_MS = 181 * 864e5;

export interface Outbox {
  /** What still waits, oldest first. */
  pending(): Decision[];
  /** Writes a decision down, then sends it: at once if it is the only one, so that it leaves before the page does. */
  add(decision: Decision): Promise<unknown>;
  /** Sends what waits, in order, until one gets no definite answer. One attempt each. */
  flush(): Promise<unknown>;
}

export function makeOutbox({ storage, send, alone, settled, now }: Surroundings): Outbox {
  /** Set once storage has failed: from then on this page remembers for itself. */
  let memory: Decision[] | undefined;
  let sending: Promise<unknown> = Promise.resolve();

  /** Anything may stand under our key; only a whole decision, not too old, is one. */
  const counts = (one: Partial<Decision> | null): boolean => {
    // Ends at the second hyphen: the time.
    const made = parseInt(String(one?.id).replace('-', ''), 16);
    return !!one?.choices && now() - made < KEPT_MS;
  };

  const pending = (): Decision[] => {
    if (memory) return memory;
    try {
      return JSON.parse(storage().getItem(KEY) ?? '[]').filter(counts);
    } catch {
      return [];
    }
  };

  const keep = (list: Decision[]): void => {
    if (memory) memory = list;
    try {
      if (list.length) storage().setItem(KEY, JSON.stringify(list));
      else storage().removeItem(KEY);
    } catch {
      memory = list;
    }
  };

  const deliver = async (decision: Decision): Promise<boolean> => {
    const status = await send(decision);
    const stored = status === 201;
    const done = stored || DEFINITIVE.includes(status);
    if (done) keep(pending().filter((one) => one.id !== decision.id));
    settled(decision, stored ? 'stored' : done ? 'refused' : 'waiting');
    return done;
  };

  const flush = (): Promise<unknown> =>
    (sending = sending.then(() =>
      alone(async () => {
        for (let next; (next = pending()[0]) && (await deliver(next)); );
      }),
    ));

  return {
    pending,
    flush,
    add(decision) {
      const list = [...pending(), decision];
      keep(list);
      if (list.length > 1) return flush();
      // Holds the lock until the answer is there: a later word, from whichever tab, waits, so that no older answer
      // can set the cookie after it.
      const sent = deliver(decision);
      return (sending = alone(() => sent));
    },
  };
}
