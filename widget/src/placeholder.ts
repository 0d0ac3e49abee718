/**
 * What stands where a frame waits for a yes: who it is from, what a yes is for, and two buttons. It lies over the
 * frame, which stays where it is, empty: so nothing in the page moves, whatever its style sheets say of frames.
 */

import { choosable } from './choice';
import { guard } from './guard';
import type { Whole } from './config';
import { button, el, sheet, slot } from './dom';
import type { kit as Kit } from './settings';
import css from './embed.css';

const covers = new Map<Element, HTMLElement>();
let count = 0;

/** The placeholder of a frame, if it has one now. */
export const coverOf = (frame: Element): HTMLElement | undefined => covers.get(frame);

/** Takes the placeholder away. */
export function uncover(frame: Element): void {
  covers.get(frame)?.remove();
  if (covers.delete(frame)) frame.removeAttribute('inert');
}

/** Takes away the placeholders of frames that are gone, and copies of placeholders, which nobody listens to. */
export function sweep(): void {
  for (const frame of covers.keys()) if (!frame.isConnected) uncover(frame);
  const ours = [...covers.values()];
  for (const one of document.querySelectorAll<HTMLElement>('.koek-embed')) if (!ours.includes(one)) one.remove();
}

/** Keeps the placeholder on its frame, wherever the page's layout puts that. */
function fit(frame: HTMLElement, host: HTMLElement): void {
  let [left, top] = [0, 0];
  const set = (name: string, value: string): void => host.style.setProperty(`--${name}`, value);
  const adjust = (): void => {
    const { offsetWidth, offsetHeight } = frame;
    // Nobody can see or use what is smaller than a button.
    set('shown', offsetWidth < 44 || offsetHeight < 44 ? 'none' : 'flex');
    set('width', `${offsetWidth}px`);
    set('height', `${offsetHeight}px`);
    // Where it is low, the buttons come before the words, which can be read by scrolling.
    const isLow = offsetHeight < 301;
    set('words', isLow ? '1' : '0');
    set('room', isLow ? '0.5em' : '1em');
    const [wanted, found] = [frame.getBoundingClientRect(), host.getBoundingClientRect()];
    left += wanted.left - found.left;
    top += wanted.top - found.top;
    set('left', `${left}px`);
    set('top', `${top}px`);
  };
  const observer = new ResizeObserver(() => {
    if (host.isConnected && frame.isConnected) adjust();
    else observer.disconnect();
  });
  observer.observe(frame);
  observer.observe(frame.parentElement!);
  adjust();
}

const hostOf = (address: string): string => {
  try {
    return new URL(address, location.href).hostname.replace(/^www\./, '');
  } catch {
    return location.hostname;
  }
};

/** Puts a placeholder over a frame; `show` lets the frame load, this once. */
export function cover(
  kit: typeof Kit,
  notice: Whole,
  frame: HTMLIFrameElement,
  ids: readonly string[],
  show: () => void,
): void {
  const { texts, purposes } = notice;
  const names = purposes.filter(({ id }) => ids.includes(id)).map(({ name }) => name);
  const from = hostOf(frame.dataset.src!);
  const say = (key: string): string =>
    (texts[key] ?? '')
      .replace('{host}', () => from)
      .replace('{purposes}', () => new Intl.ListFormat(notice.language).format(names));
  const number = ++count;
  const words = el('p', { id: `koek-embed-${number}` }, say('embed.text'));
  const once = (_: unknown, person: boolean): void => {
    // Only somebody who is there can want to see it.
    if (!person) return;
    show();
    frame.focus();
  };
  let busy = false;
  const always = (_: unknown, person: boolean): void =>
    guard(async () => {
      if (busy) return;
      busy = true;
      // Who has pressed is not kept waiting by a server that does not answer.
      if (kit.said().unsure) await Promise.race([kit.learn(), new Promise((resolve) => setTimeout(resolve, 3000))]);
      busy = false;
      const { choices, unsure } = kit.said();
      // It takes the place of all that stands. Where that cannot be known, this is all that can be done.
      if (unsure) return once(_, person);
      // What stands, and this. Whatever else there is was not asked here: it is no answer, and stays a question.
      const told = choosable(purposes).filter(({ id }) => ids.includes(id) || id in choices);
      const answers = Object.fromEntries(told.map(({ id }) => [id, ids.includes(id) || choices[id]!]));
      if (!kit.decide(notice, 'page', 'save', answers, person)) return;
      if (!kit.open().length) kit.confirm(true, frame);
      frame.focus();
    });
  const host = el(
    'div',
    {
      class: 'koek-embed',
      role: 'group',
      lang: notice.language,
      ...(frame.title ? { 'aria-label': frame.title, 'aria-describedby': words.id } : { 'aria-labelledby': words.id }),
    },
    words,
    button(`koek-once-${number}`, 'solid', say('embed.once'), once),
    button(`koek-always-${number}`, 'solid', say('embed.always'), always),
    el('a', { href: `${kit.mount}/settings${kit.query}`, 'data-koek-settings': '', slot: 'a' }, texts['settings.link']),
  );
  const root = host.attachShadow({ mode: 'open' });
  sheet(root, css + (kit.config.theme ?? ''));
  root.append(el('slot', {}), slot('solid'), slot('a'));
  covers.set(frame, host);
  // Out of the reach of keys and screen readers until there is something in it.
  frame.setAttribute('inert', '');
  frame.after(host);
  fit(frame, host);
}
