/** The permanent way back to the settings: the page's own links, or a small button where it has none. */

import { choosable } from './choice';
import { known, mount, query } from './config';
import { again } from './dock';
import { button, buttons, el, host } from './dom';
import { look } from './look';
import { openSettings } from './settings';
import { Word } from './words';

const MARK = '[data-koek-settings]';

/** One listener for every link and button, also those that come later. */
export function followLinks(): void {
  document.addEventListener('click', (event) => {
    // The whole path: the link may be inside a component of the page.
    const opener = (event.composedPath() as HTMLElement[]).find((one) => one.matches?.(MARK + ',[data-koek-display]'));
    // A link opened in a new tab leads to the settings page of the server.
    if (!opener || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openSettings(opener);
  });
}

/** Adds the small button if the page has no way back of its own; without anything to choose, a link to the notice. */
export function offerWayBack(): void {
  const { texts, purposes, language } = known();
  const choose = choosable(purposes).length;
  const text = texts[Word.Way];
  // A link in a placeholder goes with it, and one in a closed menu is not seen: they are no way back.
  const ways = document.querySelectorAll(`${MARK}:not([slot]),#koek-reopen`);
  if (!text || [...ways].some((one) => one.checkVisibility?.() ?? true) || !again()) return;
  document.body.append(
    host(
      'aside',
      { id: 'koek-reopen', 'aria-label': text, lang: language },
      look,
      buttons('quiet'),
      choose ? button('koek-open', 'quiet', text, openSettings) : el('a', { href: mount + query, slot: 'quiet' }, text),
    ),
  );
}
