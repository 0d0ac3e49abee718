/** The standing choice of this visitor in this page: where it is read from, changed, and told about. */

import { complete, grants, questions, readChoice, type Choices, type Question, type Said } from './choice';
import { address, config, get, known, mount, query, source, type Notice } from './config';
import { reflect } from './display';
import { guard } from './guard';
import { KEY, makeOutbox, Result, type Control, type Decision, type Layer } from './outbox';
import { uuid7 } from './uuid';
import { Word } from './words';

/** What the visitor ought to be told about the last decision. */
export type Status = Word.Waiting | Word.NotKept | Word.Refused;

let standing: Said = { choices: {} };
/** The answers that are in effect in this page. */
let applied: Choices = {};
/** What only this page knows: what the server told it, or a decision that this browser does not keep. */
let told: Said | undefined;
/** The newest decision that the server acknowledged to this page, and its place in the log. */
let acknowledged: Decision;
let index: number;

/** What the visitor can carry away of a recorded decision. */
export interface Proof {
  /** The address of the receipt, as the server writes it. */
  readonly receipt: string;
  readonly reference: string;
}

/**
 * Set by what is on the screen: `moved` after every change of the choice, `report` with what became of the last,
 * `stored` with the proof of one that the server has recorded.
 */
export const screen: { moved?(): void; report?(status: Status): void; stored?(proof: Proof): void } = {};

const outbox = makeOutbox({
  storage: () => localStorage,
  now: Date.now,
  alone: (task) => navigator.locks?.request(KEY, task) ?? task(),
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
      if (answer.status === 201) {
        const proof = await answer.json();
        acknowledged = decision;
        index = proof.index;
        guard(() => screen.stored?.(proof));
      }
      return answer.status;
    } catch {
      return 0;
    }
  },
  settled(decision, result) {
    guard(async () => {
      if (result !== Result.Stored) {
        screen.report?.(result ? Word.Waiting : Word.Refused);
        // The text that was decided on is no longer served. Have the next page ask with the one that is.
        if (!result) for (const stale of [source, address]) guard(() => fetch(stale, { cache: 'reload', mode: 'no-cors' }));
        return;
      }
      // Is it there for the next page? If not, at least this one remembers it, and the visitor is told.
      told = decision;
      const read = look();
      const now = read.unsure ? await ask() : read;
      if (!now) return;
      if (Object.keys(decision.choices).some((id) => !(id in now.choices))) screen.report?.(Word.NotKept);
      else told = read.unsure ? now : undefined;
    });
    update();
  },
});

/** What the cookie says, where this page can read it. */
const look = (): Said =>
  config.cookie ? readChoice(() => document.cookie, config.cookie, Date.now(), known().purposes) : { choices: {}, unsure: true };

/** What stands by the server's clock and keys; undefined where it cannot be reached. */
const ask = (): Promise<Said | undefined> =>
  get<object>(`${mount}/api/v1/choice${query}`, { credentials: 'include' }).then(
    (answer) => ({ choices: {}, ...answer }),
    () => undefined,
  );

/** Asks the server, where only the server knows. */
export async function learn(): Promise<void> {
  if (look().unsure) told = (await ask()) || told;
}

/** The cookie, then what the server has not acknowledged yet: the last word counts. */
export function said(): Said {
  const read = look();
  const last = outbox.pending().at(-1);
  // Without a word of the server's nothing is known, so nothing is asked.
  const base = read.unsure ? told || read : { ...read, choices: { ...told?.choices, ...read.choices } };
  return last ? { choices: { ...base.choices, ...last.choices } } : base;
}

/** A yes ends when its time is over, not when the next page is opened. */
const granted = (id: string): boolean => standing.choices[id] === true && !(Date.now() >= standing.endsAt!);

/** The answers to give for every purpose; unanswered is no. */
export const choices = (): Choices => complete(known().purposes, granted);

/** May this purpose be used now? */
export const allows = (id: string): boolean => known().purposes.some((one) => one.id === id && (!one.mark || granted(id)));

/** What the visitor has still to be asked. */
export const open = (): Question[] =>
  standing.unsure ? [] : questions(known().purposes, standing, (navigator as { globalPrivacyControl?: unknown }).globalPrivacyControl === true);

/** Dispatches one of the widget's events; a listener that fails does not stop the widget. */
export const announce = (name: 'ready' | 'change', changed: readonly string[]): unknown =>
  document.dispatchEvent(
    new CustomEvent(`koektrommel:${name}`, { detail: { choices: choices(), changed } }),
  );

/** Reads the standing choice again and puts a difference into effect. */
export function update(): void {
  // A yes may have ended meanwhile: what is in effect is what was told last, not what the clock says now.
  const before = applied;
  standing = said();
  applied = choices();
  const changed = Object.keys(applied).filter((id) => applied[id] !== !!before[id]);
  guard(reflect);
  if (changed[0]) announce('change', changed);
  screen.moved?.();
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
    // Over TLS only is there a `randomUUID`. The address of a blob ends in one too, but waits for another process.
    id: uuid7(Date.now(), crypto.randomUUID?.() ?? URL.createObjectURL(new Blob())),
    site: notice.site,
    notice: notice.notice,
    language: notice.language,
    layer,
    control,
    actor: person ? 'person' : 'automation',
    choices: answers,
  };
  guard(() => outbox.add(decision));
  update();
  return true;
}

/** Looks again, after something may have happened elsewhere. */
const follow = (): void =>
  guard(async () => {
    await learn();
    // The answer to something older came in after the one to the last word said here: say it again.
    const late = look().place! < index && outbox.add(acknowledged);
    update();
    await late;
  });

/** Sends what could not be delivered yet. */
const retry = (): void => {
  if (outbox.pending().length) guard(outbox.flush);
};

/** Reads the standing choice for the first time, and sends what was left behind. */
export function begin(): void {
  update();
  retry();
}

/** From now on follows what happens elsewhere. */
export function attend(): void {
  // Another tab has written a decision down, or the server has acknowledged one of its.
  addEventListener('storage', ({ key }) => key === KEY && follow());
  addEventListener('pageshow', ({ persisted }) => persisted && follow());
  addEventListener('online', retry);
  // Also when the page comes back from the back-forward cache.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    follow();
    retry();
  });
  // Where the page can read the choice. What has this name may be the page's own.
  if (config.cookie) window.cookieStore?.addEventListener?.('change', follow);
}
