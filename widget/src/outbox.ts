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

/** What became of an attempt; a refused decision is dropped for good, one that waits is kept. */
export const enum Result {
  Refused,
  Stored,
  Waiting,
}

/** The parts of the browser the outbox uses. */
export interface Surroundings {
  /** May throw: some browsers refuse even to name their storage. */
  storage(): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** Sends one decision; the HTTP status, or 0 when there was no answer. Never rejects. */
  send(decision: Decision): Promise<number>;
  /** Runs `task` while no other tab does. */
  alone(task: () => Promise<unknown>): Promise<unknown>;
  /** Told after each attempt. */
  settled(decision: Decision, result: Result): void;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Where decisions wait in local storage. */
export const KEY = 'koek-outbox';

/** The answers after which sending the same bytes again cannot help: malformed, stale, too large, wrong type or field. */
const DEFINITIVE = /400|409|413|415|422/;

/** Half a year, less a day at most: no choice is valid for longer, acknowledged or not. */
const KEPT_MS = 156e8;

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

  /** Anything may stand under our key; only a whole decision, not too old, is one. Its id begins with the time. */
  const counts = (one: Partial<Decision> | null): unknown =>
    one?.choices && now() - parseInt(`${one.id}`.replace('-', ''), 16) < KEPT_MS;

  const pending = (): Decision[] => {
    try {
      return memory ?? JSON.parse(storage().getItem(KEY) || '[]').filter(counts);
    } catch {
      // Nothing that can be read.
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
    const done = stored || DEFINITIVE.test(`${status}`);
    if (done) keep(pending().filter((one) => one.id !== decision.id));
    settled(decision, stored ? Result.Stored : done ? Result.Refused : Result.Waiting);
    return done;
  };

  // `own` was said on this page just now. Another tab may have written over it in the same instant: it goes out once
  // all the same.
  const flush = (own?: Decision): Promise<unknown> =>
    (sending = sending.then(() =>
      alone(async () => {
        for (let next; (next = pending()[0] ?? own); ) {
          if (next.id === own?.id) own = undefined;
          if (!(await deliver(next))) break;
        }
      }),
    ));

  return {
    pending,
    flush,
    add(decision) {
      const list = [...pending(), decision];
      keep(list);
      if (list.length > 1) return flush(decision);
      // Holds the lock until the answer is there: a later word, from whichever tab, waits, so that no older answer
      // can set the cookie after it.
      const sent = deliver(decision);
      return (sending = alone(() => sent));
    },
  };
}
