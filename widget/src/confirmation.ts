/** What was chosen, told in the place where it was asked. It stays until it is closed. */

import { mount, type Notice } from './config';
import { dock, isDocked, section } from './dock';
import { button, buttons, el, link, slot } from './dom';
import { openSettings } from './settings';
import { choices, screen } from './state';

/** Confirms a decision; `back` gets the focus when the confirmation is closed. */
export function confirm(notice: Notice, granted: boolean, back?: HTMLElement): void {
  const { texts, purposes } = notice;
  const standing = choices();
  const names = purposes.filter(({ id }) => standing[id]).map(({ name }) => name);
  const since = performance.now();
  const status = el('p', { role: 'status' });
  const told = section(
    'koek-confirm',
    notice.language,
    el(
      'p',
      { id: 'koek-done', tabindex: '-1' },
      texts[granted ? 'confirm.yes' : 'confirm.no']?.replace('{purposes}', () => names.join(', ')),
    ),
    [slot(''), slot('a')],
    buttons('plain', 'quiet'),
    status,
    button('koek-close', 'plain', texts['button.close'], () => {
      // The second half of a double click meant for the banner is not for us.
      if (performance.now() - since < 400) return;
      dock();
      back?.focus();
    }),
    button('koek-change', 'quiet', texts['confirm.change'], (_, self) => openSettings(self)),
  );
  dock(told, true);
  // In order of sight before the buttons, whenever it comes.
  screen.stored = ({ receipt, reference }) =>
    told.append(link(texts['confirm.receipt']?.replace('{reference}', reference), `${new URL(receipt, mount)}`)!);
  screen.status = (key) => {
    if (!isDocked(told)) return;
    if (key) status.textContent = texts[key]!;
    else dock();
  };
}
