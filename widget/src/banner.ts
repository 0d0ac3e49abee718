/** Layer one: who asks, for what, and three buttons. A region, not a dialog: nothing needs an answer to read on. */

import { complete, grants, type Choices } from './choice';
import { confirm } from './confirmation';
import { mount, type Notice } from './config';
import { button, dock, el, isDocked, link, paragraph, section } from './dom';
import { openSettings } from './settings';
import { choices, decide, open, screen } from './state';

let banner: HTMLElement | undefined;

/** Shows the banner if something has to be asked; takes it away again once another tab has answered. */
export function askIfOpen(notice: Notice): void {
  if (!open(notice.purposes).length) return;
  show(notice);
  screen.changed = () => {
    if (isDocked(banner) && !open(notice.purposes).length) dock();
  };
}

function show(notice: Notice): void {
  const { texts, purposes } = notice;
  const asked = open(purposes);
  const answer = (control: 'accept' | 'refuse', person: boolean): void => {
    const before = choices();
    // What was answered earlier stays as it was; a program that refuses, refuses everything.
    const answers: Choices = complete(purposes, (id) =>
      asked.some((one) => one.id === id) ? control === 'accept' : person && before[id] === true,
    );
    const plain = Object.values(answers).every((yes) => yes === (control === 'accept'));
    if (decide(notice, 'banner', plain ? control : 'save', answers, person)) confirm(notice, grants(answers));
  };
  const status = el('p', { role: 'status', class: 'koek-quiet' });
  banner = section(
    { id: 'koek-banner', 'aria-labelledby': 'koek-title', lang: notice.language },
    [
      el('h2', { id: 'koek-title' }, texts['banner.title']),
      paragraph(texts['banner.text']),
      el('ul', { role: 'list' }, ...asked.map(({ name }) => el('li', {}, name))),
      link(texts['banner.link'], `${mount}/cookies`),
      status,
    ],
    [
      button('koek-refuse', 'solid', texts['button.refuse'], (person) => answer('refuse', person)),
      button('koek-accept', 'solid', texts['button.accept'], (person) => answer('accept', person)),
      button('koek-choose', 'plain', texts['button.choose'], (_, self) => openSettings(self)),
    ],
  );
  dock(banner);
  // Told once to who cannot see it: not again on every page of one visit. A region filled at once is not announced.
  if (!document.referrer.startsWith(`${location.origin}/`)) {
    setTimeout(() => (status.textContent = texts['status.shown'] ?? ''), 1000);
  }
}
