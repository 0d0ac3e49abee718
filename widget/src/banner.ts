/** Layer one: who asks, for what, and three buttons. A region, not a dialog: nothing needs an answer to read on. */

import { answered, choosable, grants, unanimous, type Question } from './choice';
import { confirm } from './confirmation';
import { known, mount, query, type Purpose } from './config';
import { dock, docked, section } from './dock';
import { button, buttons, el, slot } from './dom';
import { openSettings } from './settings';
import { choices, decide, open, screen } from './state';
import { Word } from './words';

let banner: HTMLElement | undefined;
let status: HTMLElement | undefined;

/** Does the banner ask now? */
export const asks = (): unknown => banner && banner === docked;

/** Shows the banner if something has to be asked; takes it away again once another tab has answered. */
export function askIfOpen(): void {
  let asked = open();
  if (!asked[0]) return;
  show(asked);
  // Told once to who cannot see it: not again on every page of one visit, whether the page says where one came from or
  // the browser knows of a page before. A region filled at once is not announced.
  if (!document.referrer.startsWith(origin + '/') && !window.navigation?.entries?.()[1]) {
    setTimeout(() => (status!.textContent = known().texts[Word.Shown]!), 1000);
  }
  screen.moved = () => {
    const left = open();
    if (!asks() || left.length === asked.length) return;
    // As it was asked: what is left is not new for that.
    asked = asked.filter((one) => left.some(({ id }) => id === one.id));
    if (asked[0]) show(asked);
    else dock();
  };
}

/** Asks for everything once more, where the settings cannot be had; false if that is being asked already. */
export function askAgain(): boolean {
  const asked = choosable(known().purposes);
  if (!asked[0] || asks()) return false;
  show(asked, true);
  return delete screen.moved;
}

function show(asked: readonly (Purpose & Partial<Question>)[], heed?: boolean): void {
  const notice = known();
  const { texts, purposes } = notice;
  const answer = (control: 'accept' | 'refuse', yes: boolean) =>
    button(`koek-${control}`, 'solid', texts[yes ? Word.Accept : Word.Refuse], (self, person) => {
      const answers = answered(purposes, asked, choices(), yes, person);
      const said = unanimous(answers, yes) ? control : 'save';
      // A program may press no for somebody who is busy elsewhere: it is done, and nothing asks for attention.
      if (decide(notice, 'banner', said, answers, person)) person ? confirm(grants(answers)) : dock();
      // It may also be a tool that presses for its user: the next press of a key is then a real one.
      else self.focus();
    });
  status = el('p', { role: 'status' });
  banner = section(
    'koek-banner',
    el('h2', { id: 'koek-title', tabindex: '-1' }, texts[Word.Title]),
    [slot(''), el('ul', { role: 'list' }, slot('li')), slot('a'), status],
    buttons('solid'),
    el('p', {}, texts[Word.Text]),
    ...asked.map(({ name, why, changed }) => {
      // Who has answered before reads why there is a question again.
      const word = { new: texts[Word.New], changed: texts[Word.Changed] }[why as string];
      return el('li', { slot: 'li' }, word ? `${word}: ${name}. ${changed ?? ''}` : name);
    }),
    texts[Word.Link] && el('a', { href: `${mount}/cookies${query}`, slot: 'a' }, texts[Word.Link]),
    answer('refuse', false),
    answer('accept', true),
    button('koek-choose', 'solid', texts[Word.Choose], openSettings),
  );
  dock(banner, heed);
}
