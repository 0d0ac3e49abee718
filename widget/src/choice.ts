/** What the visitor has said, and the rule what to ask. No browser objects: tested on their own. */

import type { Purpose } from './config';
import { fields } from './signed';

/** The answers that stand, by purpose id. A purpose that is absent has not been answered. */
export type Choices = Readonly<Record<string, boolean>>;

/** What is known of the answers; the server's `GET /api/v1/choice` has this form too. */
export interface Said {
  readonly choices: Choices;
  /** Each yes that no longer counts, and why; told by the server only. */
  readonly ended?: Readonly<Record<string, 'changed' | 'expired'>>;
  /** When every yes ends, in milliseconds since 1970. */
  readonly endsAt?: number;
  /** Where the record is in the log; not a number where nothing was granted. */
  readonly place?: number;
  /** The device's clock or the script contradict the cookie: only the server knows what stands. */
  readonly unsure?: true | undefined;
}

/** Something to ask for, and why: it is new, it has changed, or the yes has ended; no word where nothing was ever answered. */
export interface Question extends Purpose {
  readonly why: 'new' | 'changed' | 'expired' | undefined;
}

const DAY_MS = 864e5;

/** How far in the future a choice may be dated, for clocks that are slow: seven days. */
const SLACK_MS = 6048e5;

/**
 * Reads the answers from what `cookies` gives: `document.cookie`, or a fault. What is missing or unreadable is no answer.
 *
 * The cookie tells the last day, not the hour. On that day a yes has ended and a no still stands, so that neither
 * consent nor the silence after a refusal is ever counted wrong to the visitor's harm.
 *
 * A browser drops a cookie when its own clock says so. One that is there and dated in the future, or over, tells of a
 * clock that was set wrong; a yes to another mark tells of a purpose that has changed, or of a script that is old.
 */
export function readChoice(cookies: () => string, name: string, now: number, purposes: readonly Purpose[]): Said {
  const choices: Record<string, boolean> = {};
  const { d, e, s, r, p = '' } = fields(cookies, name);
  const day = Date.parse as (text: string | undefined) => number;
  const endsAt = day(e);
  let unsure: true | undefined;
  for (const [, id, answer, mark] of p.matchAll(/([^~.]+)\.([01])\.?([^~]*)/g)) {
    const yes = answer === '1';
    // A no has no mark: it stands whatever has changed.
    const current = mark && purposes.find((one) => one.id === id)?.mark;
    const until = yes ? endsAt : (day(s) || endsAt) + DAY_MS;
    if (day(d) <= now + SLACK_MS && now < until && mark === (current || mark)) choices[id!] = yes;
    else unsure = true;
  }
  return { choices, endsAt, unsure, place: +r! };
}

/** The purposes the visitor may choose. */
export const choosable = (purposes: readonly Purpose[]): Purpose[] =>
  purposes.filter((one) => one.mark);

/**
 * What to ask for: only what has no answer, so that a new purpose never opens an old choice again. `signal`: the
 * browser says that nothing is to be shared; what others receive is then refused without a question.
 */
export function questions(purposes: readonly Purpose[], { choices, ended }: Said, signal?: boolean): Question[] {
  const other = Object.keys({ ...choices, ...ended })[0] && 'new';
  return choosable(purposes)
    .filter(({ id, recipients }) => typeof choices[id] !== 'boolean' && !(signal && recipients))
    .map((one) => ({ ...one, why: ended?.[one.id] ?? (other as 'new' | undefined) }));
}

/** One answer for each purpose that may be chosen, as the server wants it. */
export const complete = (purposes: readonly Purpose[], answer: (id: string) => boolean): Choices =>
  Object.fromEntries(choosable(purposes).map(({ id }) => [id, answer(id)]));

/** Does this decision say yes to anything? */
export const grants = (choices: Choices): boolean => Object.values(choices).includes(true);

/**
 * What pressing yes (or no) on `asked` comes to for every purpose: what was answered earlier stays as it was, but a
 * program that refuses, refuses everything.
 */
export const answered = (
  purposes: readonly Purpose[],
  asked: readonly Purpose[],
  before: Choices,
  yes: boolean,
  person: boolean,
): Choices => complete(purposes, (id) => (asked.some((one) => one.id === id) ? yes : person && before[id]!));

/** Are all the answers this one? Then it is an acceptance or a refusal, else a choice of the visitor's own. */
export const unanimous = (choices: Choices, yes: boolean): boolean =>
  !Object.values(choices).includes(!yes);
