/** What visitors set for themselves, in the settings: a fold, so that whoever comes for the choice has less to read. */

import type { Whole } from './config';
import { el } from './dom';
import { guard } from './guard';
import type { kit as Kit } from './settings';

/** What comes within this many milliseconds is seen as the answer to a press, as browsers do: half a second from that on. */
const SOON = 200;

/**
 * Makes the fold. It stands in its place from the start, and what is in it comes when that has been fetched: neither the
 * choice nor what has been read so far waits or moves for it. With `isOpen` it is unfolded, and `heed` gives it the focus.
 */
export function own(kit: typeof Kit, { texts, purposes }: Whole, isOpen: boolean): { readonly fold: HTMLElement; heed(): void } {
  const words = texts['settings.own'];
  const summary = el('summary', {}, words);
  const room = el('div', { class: 'room' });
  const fold = el('details', isOpen ? { class: 'own', open: '' } : { class: 'own' }, summary, room);
  // Room that is in sight for longer stays, though it be too much: or what is below it would move up.
  let since = Date.now();
  summary.addEventListener('click', () => {
    since = Date.now();
  });
  const hasFocus = (): boolean => (fold.getRootNode() as Partial<ShadowRoot>).activeElement === summary;

  guard(async () => {
    try {
      const sections: HTMLElement[] = await kit.useOf('controls')(Object.fromEntries(purposes.map(({ id, name }) => [id, name])));
      // Nothing can be set on this site.
      if (!sections[0]) return fold.remove();
      room.append(...sections);
      if (!fold.open || Date.now() - since < SOON) room.className = '';
      // Who has gone on meanwhile is not called back.
      if (!isOpen || !hasFocus()) return;
      sections[0].shadowRoot!.querySelector('h3')!.focus();
      fold.scrollIntoView();
    } catch (error) {
      // The server's own page has the same.
      const way = el('a', { class: 'own', href: `${kit.mount}/settings${kit.query}#uses` }, words);
      const focused = hasFocus();
      fold.replaceWith(way);
      if (focused) way.focus();
      throw error;
    }
  });
  return { fold, heed: () => summary.focus() };
}
