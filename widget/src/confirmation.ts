/** What was chosen, told in the place where it was asked. It stays until it is closed. */

import { known, mount } from './config';
import { dock, section } from './dock';
import { button, buttons, el, slot } from './dom';
import { openSettings } from './settings';
import { choices, screen } from './state';
import { Word } from './words';

/** Confirms a decision; `back` gets the focus when the confirmation is closed. */
export function confirm(granted: boolean, back?: HTMLElement): void {
  const { texts, purposes } = known();
  const standing = choices();
  const names = (yes: boolean): string => purposes.filter(({ id }) => standing[id] === yes).map(({ name }) => name).join(', ');
  const refused = names(false);
  const since = Date.now();
  const status = el('p', { role: 'status' });
  // It has its place before it is there, a line without width: what is read does not move when it comes.
  const proof = el('a', { slot: 'a' }, '\u200b');
  const told = section(
    'koek-confirm',
    el(
      'p',
      { id: 'koek-done', tabindex: '-1' },
      texts[granted ? (refused ? Word.Some : Word.Yes) : Word.No]!
        .replace('{purposes}', () => names(true))
        .replace('{refused}', () => refused),
    ),
    [slot(''), slot('a')],
    buttons('plain', 'quiet'),
    status,
    proof,
    button('koek-close', 'plain', texts[Word.Close], () => {
      // The second half of a double click meant for the banner is not for us.
      if (Date.now() - since < 400) return;
      dock();
      back?.focus();
    }),
    button('koek-change', 'quiet', texts[Word.Change], openSettings),
  );
  dock(told, true);
  // Not under the second half of a double press.
  screen.stored = ({ receipt, reference }) =>
    setTimeout(() => {
      Object.assign(proof, { href: new URL(receipt, mount), textContent: texts[Word.Receipt]!.replace('{reference}', reference) });
    }, 400);
  screen.report = (key) => {
    status.textContent = texts[key]!;
  };
}
