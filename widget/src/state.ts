/** The standing choice of this visitor in this page: where it is read from, changed, and told about. */

import { complete, grants, readChoice, unanswered, type Choices } from './choice';
import { address, config, known, mount, source, type Notice, type Purpose } from './config';
import { reflect } from './display';
import { guard } from './guard';
import { makeOutbox, type Control, type Decision, type Layer } from './outbox';
import { uuid7 } from './uuid';

/** What the visitor ought to be told about the last decision: keys of the notice's texts. */
export type Status = 'status.waiting' | 'status.not_kept';

let standing: Choices = {};
/** A decision this browser will not keep (no cookies): it holds for this page only. */
let unkept: Choices = {};
let channel: BroadcastChannel | undefined;

/** What the visitor can carry away of a recorded decision. */
export interface Proof {
  /** The address of the receipt, as the server writes it. */
  readonly receipt: string;
  readonly reference: string;
}

/**
 * Set by what is on the screen: `changed` after every change of the choice, `status` with what became of the last
 * (undefined: it came to nothing), `stored` with the proof of one that the server has recorded.
 */
export const screen: { changed(): void; status(status?: Status): void; stored(proof: Proof): void } = {
  changed() {},
  status() {},
  stored() {},
};

const outbox = makeOutbox({
  storage: () => localStorage,
  now: () => Date.now(),
  alone: (task) => navigator.locks?.request('koek-outbox', task) ?? task(),
  async send(decision) {
    try {
      const answer = await fetch(`${mount}/api/v1/consents`, {
        method: 'POST',
        keepalive: true,
        // The script may live on a sibling host; the answer sets the choice cookie there.
        credentials: 'include',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(decision),
      });
      if (answer.status === 201) guard(async () => screen.stored(await answer.json()));
      return answer.status;
    } catch {
      return 0;
    }
  },
  settled(decision, result) {
    if (result !== 'stored') screen.status(result === 'waiting' ? 'status.waiting' : undefined);
    if (result === 'stored' && unanswered(known().purposes, fromBrowser()).length) {
      unkept = decision.choices;
      screen.status('status.not_kept');
    }
    if (result === 'refused') {
      // The text that was decided on is no longer served. Have the next page ask with the one that is.
      for (const stale of [source, address]) fetch(stale, { cache: 'reload', mode: 'no-cors' }).catch(() => {});
    }
    update();
    tell();
  },
});

/** The cookie, then what the server has not acknowledged yet: the last word counts. */
export const fromBrowser = (): Choices => ({
  ...readChoice(() => document.cookie, config.cookie, Date.now(), known().purposes),
  ...outbox.pending().at(-1)?.choices,
});

/** The answers to give for every purpose; unanswered is no. */
export const choices = (): Choices => complete(known().purposes, (id) => standing[id] === true);

/** May this purpose be used now? */
export const allows = (id: string): boolean =>
  known().purposes.some((one) => one.id === id && (!one.mark || standing[id] === true));

/** What the visitor has still to be asked. */
export const open = (purposes: readonly Purpose[]): Purpose[] =>
  unanswered(purposes, standing, (navigator as { globalPrivacyControl?: unknown }).globalPrivacyControl === true);

/** Dispatches one of the widget's events; a listener that fails does not stop the widget. */
export const announce = (name: 'ready' | 'change', changed: readonly string[]): unknown =>
  document.dispatchEvent(
    new CustomEvent(`koektrommel:${name}`, { detail: { choices: choices(), changed } }),
  );

/** Reads the standing choice again and puts a difference into effect. */
export function update(now: Choices = { ...unkept, ...fromBrowser() }): void {
  const before = choices();
  standing = now;
  const after = choices();
  const changed = Object.keys(after).filter((id) => after[id] !== before[id]);
  guard(reflect);
  if (changed.length) announce('change', changed);
  screen.changed();
}

/**
 * Records a decision and puts it into effect. A program may refuse for a visitor, it can never accept: returns
 * false, and does nothing, when one tries.
 */
export function decide(
  notice: Notice,
  layer: Layer,
  control: Control,
  answers: Choices,
  person: boolean,
): boolean {
  if (!person && grants(answers)) return false;
  const decision: Decision = {
    // The address of a blob ends in a random UUID; `crypto.randomUUID` is there over TLS only.
    id: uuid7(Date.now(), URL.createObjectURL(new Blob())),
    site: notice.site,
    notice: notice.notice,
    language: notice.language,
    layer,
    control,
    actor: person ? 'person' : 'automation',
    choices: answers,
  };
  unkept = {};
  guard(() => outbox.add(decision));
  update({ ...standing, ...answers });
  tell();
  return true;
}

const tell = (): void => channel?.postMessage(0);

/** An open channel keeps a page out of the back-forward cache, so it is closed whenever the page is left. */
const listen = (): void =>
  guard(() => {
    channel?.close();
    // Not every browser or frame has one; without it other tabs follow on their next page.
    channel = new BroadcastChannel('koektrommel');
    channel.onmessage = () => update();
  });

/** Sends what could not be delivered yet. */
const retry = (): void => {
  if (outbox.pending().length) guard(outbox.flush);
};

/** Reads the standing choice for the first time, follows other tabs, and sends what was left behind. */
export function begin(): void {
  listen();
  addEventListener('pagehide', () => channel?.close());
  addEventListener('pageshow', listen);
  addEventListener('online', retry);
  // Also when the page comes back from the back-forward cache.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    update();
    retry();
  });
  update();
  retry();
}
