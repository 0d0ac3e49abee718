/** The small button at the end of a page that has no way back to the settings of its own. A bundle of its own. */

import { choosable } from './choice';
import { button, buttons, el, host } from './dom';
import type { kit as Kit } from './settings';
import { hasWayBack } from './ways';
import { Word } from './words';

/** Puts it there; without anything to choose, a link to the notice. */
export function run({ known, look, mount, query, openSettings }: typeof Kit): void {
  const { texts, purposes, language } = known();
  const text = texts[Word.Way];
  // The page may have got one while this was on its way; one of ours that is not seen is not made twice.
  if (!text || hasWayBack() || document.querySelector('#koek-reopen')) return;
  const way = choosable(purposes)[0]
    ? button('koek-open', 'quiet', text, openSettings)
    : el('a', { href: mount + query, slot: 'quiet' }, text);
  document.body.append(host('aside', { id: 'koek-reopen', 'aria-label': text, lang: language }, look, buttons('quiet'), way));
}
