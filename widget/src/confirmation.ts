/** What was chosen, told in the place where it was asked. It stays until it is closed. */

import { known, mount } from './config';
import { dock, isDocked, section } from './dock';
import { button, buttons, el, link, slot } from './dom';
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
    button('koek-close', 'plain', texts[Word.Close], () => {
      // The second half of a double click meant for the banner is not for us.
      if (Date.now() - since < 400) return;
      dock();
      back?.focus();
    }),
    button('koek-change', 'quiet', texts[Word.Change], openSettings),
  );
  dock(told, true);
  // In order of sight before the buttons, whenever it comes.
  screen.stored = ({ receipt, reference }) =>
    told.append(link(texts[Word.Receipt]!.replace('{reference}', reference), new URL(receipt, mount))!);
  screen.report = (key) => {
    if (isDocked(told)) status.textContent = texts[key]!;
  };
}
