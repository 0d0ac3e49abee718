/** The choice cookie as the widget reads it, and the rule what to ask. No browser objects: tested on their own. */

import type { Purpose } from './config';
import { fields } from './signed';

/** The answers that stand, by purpose id. A purpose that is absent has not been answered. */
export type Choices = Readonly<Record<string, boolean>>;

const DAY_MS = 864e5;

/**
 * How far in the future a choice may be dated, for clocks that are slow. Further is treated as no choice.
 * A clock that is more than days wrong does not get as far as an https page.
 */
const SLACK_MS = 7 * DAY_MS;

/**
 * Reads the answers from what `cookies` gives: `document.cookie`, or a fault. What is missing, unreadable, expired or
 * future-dated is no answer, and neither is a yes to something else than what the purpose is now.
 *
 * The cookie tells the last day, not the hour. On that day a yes has ended and a no still stands, so that neither
 * consent nor the silence after a refusal is ever counted wrong to the visitor's harm.
 */
export function readChoice(cookies: () => string, name: string, now: number, purposes: readonly Purpose[] = []): Choices {
  const found: Record<string, boolean> = {};
  const { d, e, s, p = '' } = fields(cookies, name);
  const day = (text: string | undefined): number => Date.parse(text!);
  const until = day(e);
  if (!(day(d) <= now + SLACK_MS)) return found;
  for (const [, id, answer, mark] of p.matchAll(/([^~.]+)\.([01])\.?([^~]*)/g)) {
    const yes = answer === '1';
    // A no has no mark: it stands whatever has changed.
    const current = purposes.find((one) => one.id === id)?.mark;
    if (now < (yes ? until : (day(s) || until) + DAY_MS) && !(mark && current && mark !== current)) found[id!] = yes;
  }
  return found;
}

/** The purposes the visitor may choose. */
export const choosable = (purposes: readonly Purpose[]): Purpose[] =>
  purposes.filter((one) => one.mark);

/**
 * The purposes to ask for: only those without an answer, so a new purpose never re-opens an old choice. `signal`: the
 * browser says that nothing is to be shared; what others receive is then refused without a question.
 */
export const unanswered = (purposes: readonly Purpose[], standing: Choices, signal?: boolean): Purpose[] =>
  choosable(purposes).filter(({ id, recipients }) => typeof standing[id] !== 'boolean' && !(signal && recipients));

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
): Choices => complete(purposes, (id) => (asked.some((one) => one.id === id) ? yes : person && before[id] === true));

/** Are all the answers this one? Then it is an acceptance or a refusal, else a choice of the visitor's own. */
export const unanimous = (choices: Choices, yes: boolean): boolean =>
  Object.values(choices).every((one) => one === yes);
