/** Layer one: who asks, for what, and three buttons. A region, not a dialog: nothing needs an answer to read on. */

import { answered, choosable, grants, unanimous } from './choice';
import { confirm } from './confirmation';
import { known, mount, query, type Notice, type Purpose } from './config';
import { dock, isDocked, section } from './dock';
import { button, buttons, el, link, slot } from './dom';
import { openSettings, prepare } from './settings';
import { choices, decide, open, screen } from './state';

let banner: HTMLElement | undefined;
let status: HTMLElement | undefined;

/** Shows the banner if something has to be asked; takes it away again once another tab has answered. */
export function askIfOpen(notice: Notice): void {
  const asked = open(notice.purposes);
  if (!asked.length) return;
  show(notice, asked);
  // Told once to who cannot see it: not again on every page of one visit. A region filled at once is not announced.
  if (!document.referrer.startsWith(`${location.origin}/`)) {
    setTimeout(() => (status!.textContent = notice.texts['status.shown']!), 1000);
  }
  screen.changed = () => {
    if (isDocked(banner) && !open(notice.purposes).length) dock();
  };
}

/** Asks for everything once more, where the settings cannot be had; false if that is being asked already. */
export function askAgain(): boolean {
  const asked = choosable(known().purposes);
  if (!asked.length || isDocked(banner)) return false;
  show(known(), asked, true);
  screen.changed = () => {};
  return true;
}

function show(notice: Notice, asked: readonly Purpose[], heed?: boolean): void {
  const { texts, purposes } = notice;
  const answer = (control: 'accept' | 'refuse') =>
    button(`koek-${control}`, 'solid', texts[`button.${control}`], (person) => {
      const yes = control === 'accept';
      const answers = answered(purposes, asked, choices(), yes, person);
      const said = unanimous(answers, yes) ? control : 'save';
      if (decide(notice, 'banner', said, answers, person)) confirm(notice, grants(answers));
    });
  status = el('p', { role: 'status' });
  const choose = button('koek-choose', 'solid', texts['button.choose'], (_, self) => openSettings(self));
  choose.addEventListener('pointerenter', prepare);
  banner = section(
    'koek-banner',
    notice.language,
    el('h2', { id: 'koek-title', tabindex: '-1' }, texts['banner.title']),
    [slot(''), el('ul', { role: 'list' }, slot('li')), slot('a'), status],
    buttons('solid'),
    el('p', {}, texts['banner.text']),
    ...asked.map(({ name }) => el('li', { slot: 'li' }, name)),
    link(texts['banner.link'], `${mount}/cookies${query}`),
    answer('refuse'),
    answer('accept'),
    choose,
  );
  dock(banner, heed);
}
