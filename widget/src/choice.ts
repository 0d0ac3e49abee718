/** The choice cookie as the widget reads it, and the rule what to ask. No browser objects: tested on their own. */

import type { Purpose } from './config';

/** The answers that stand, by purpose id. A purpose that is absent has not been answered. */
export type Choices = Readonly<Record<string, boolean>>;

const DAY_MS = 864e5;

/** The server signs with 32 bytes of HMAC in base64, put before the payload. Only the server can check it. */
const MAC_LENGTH = 44;

/**
 * How far in the future a choice may be dated, for clocks that are slow. Further is treated as no choice.
 * A clock that is more than days wrong does not get as far as an https page.
 */
const SLACK_MS = 7 * DAY_MS;

const day = (text: string | null): number => (/^\d{4}-\d\d-\d\d$/.test(text ?? '') ? Date.parse(text!) : NaN);

/**
 * Reads the answers from `document.cookie`. What is missing, unreadable, expired or future-dated is no answer.
 *
 * The cookie tells the last day, not the hour. On that day a yes has ended and a no still stands, so that neither
 * consent nor the silence after a refusal is ever counted wrong to the visitor's harm.
 */
export function readChoice(cookies: string, name: string, now: number): Choices {
  const found: Record<string, boolean> = {};
  const pair = cookies.split(/; */).find((one) => one.startsWith(`${name}=`));
  if (!pair) return found;
  try {
    const fields = new URLSearchParams(decodeURIComponent(pair.slice(name.length + 1)).slice(MAC_LENGTH));
    const until = day(fields.get('e'));
    if (fields.get('v') !== '1' || !(day(fields.get('d')) <= now + SLACK_MS)) return found;
    for (const [, id, answer] of fields.get('p')!.matchAll(/([^~.]+)\.([01])(?:\.[\w-]{4})?(?=~|$)/g)) {
      const yes = answer === '1';
      if (now < until + (yes ? 0 : DAY_MS)) found[id!] = yes;
    }
  } catch {
    // A stray per cent sign, no answers: unreadable, so no choice.
  }
  return found;
}

/** The purposes the visitor may choose. */
export const choosable = (purposes: readonly Purpose[]): Purpose[] =>
  purposes.filter((purpose) => purpose.kind === 'choice');

/** The purposes to ask for: only those without an answer, so a new purpose never re-opens an old choice. */
export const unanswered = (purposes: readonly Purpose[], standing: Choices): Purpose[] =>
  choosable(purposes).filter((purpose) => !(purpose.id in standing));

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
