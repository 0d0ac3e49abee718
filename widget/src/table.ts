/** The cookie table, in a page of the site: every cookie, what for, how long, and what this visitor chose. */

import type { Whole } from './config';
import { el } from './dom';
import type { kit as Kit } from './settings';

/** What each table tells now, so that one that is right is left alone. */
const told = new WeakMap<Element, string>();

/** Fills an element of the page with the table; its looks are the page's. */
export function fill(kit: typeof Kit, notice: Whole, place: Element): void {
  const { texts, purposes, language } = notice;
  const state = JSON.stringify(kit.choices());
  if (told.get(place) === state && place.firstElementChild) return;
  told.set(place, state);
  const heading = (key: string): HTMLElement => el('th', { scope: 'col' }, texts[key]);
  // A column for it only where anybody else receives anything.
  const isShared = purposes.some(({ recipients }) => recipients);
  const rows = purposes.flatMap(({ id, kind, name, recipients = [], cookies = [] }) => {
    const answer = kind === 'exempt' ? 'settings.always_on' : kit.allows(id) ? 'state.on' : 'state.off';
    return cookies.map((cookie) =>
      el(
        'tr',
        {},
        el('th', { scope: 'row' }, cookie.name),
        el('td', {}, name),
        isShared ? el('td', {}, recipients.join(', ')) : undefined,
        el('td', {}, cookie.lifetime),
        el('td', {}, texts[answer]),
      ),
    );
  });
  const head = ['name', 'purpose', ...(isShared ? ['recipients'] : []), 'lifetime', 'state'].map((key) => heading(`table.${key}`));
  const table = el(
    'table',
    { lang: language },
    el('caption', {}, texts['table.caption']),
    el('thead', {}, el('tr', {}, ...head)),
    el('tbody', {}, ...rows),
  );
  // Where the window is narrow the table scrolls, not the page; by keys too.
  const room = el('div', { role: 'region', tabindex: '0', lang: language, 'aria-label': texts['table.caption'] ?? '' }, table);
  room.style.overflowX = 'auto';
  const change = el('a', { href: `${kit.mount}/settings${kit.query}`, 'data-koek-settings': '', lang: language }, texts['settings.link']);
  place.replaceChildren(room, el('p', {}, change));
}
