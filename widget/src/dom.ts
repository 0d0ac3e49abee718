/** Making elements, and the stylesheet. Text is only ever set as text, so no notice can carry markup. */

import { guard } from './guard';
import css from './style.css';

type Child = Node | string | undefined;

/** An element with attributes and children; undefined children are left out. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>>,
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** A paragraph, or nothing where the notice has no such text. */
export const paragraph = (text: string | undefined, attributes: Record<string, string> = {}): Child =>
  text ? el('p', attributes, text) : undefined;

/** A link, or nothing where the notice has no such text. */
export const link = (text: string | undefined, href: string): Child =>
  text ? el('p', {}, el('a', { href }, text)) : undefined;

export type Look = 'solid' | 'plain' | 'link';

/** A real button; `act` hears whether a person pressed it, and which button. */
export function button(
  id: string,
  look: Look,
  text: string | undefined,
  act: (person: boolean, self: HTMLElement) => void,
): HTMLButtonElement {
  const made = el('button', { type: 'button', id, class: `koek-${look}` }, text);
  made.addEventListener('click', (event) => guard(() => act(event.isTrusted, made)));
  return made;
}

/** A section for `dock`: words above (or beside) a row of buttons. */
export const section = (
  attributes: Readonly<Record<string, string>>,
  words: readonly Child[],
  buttons: readonly Child[],
): HTMLElement =>
  el(
    'section',
    { class: 'koek koek-dock', role: 'region', tabindex: '-1', ...attributes },
    el('div', { class: 'koek-words' }, ...words),
    el('div', { class: 'koek-buttons' }, ...buttons),
  );

let styled = false;

/** A sheet of the widget's own, which a policy of `style-src 'self'` allows; older browsers get an element. */
export function sheet(text: string): (text: string) => void {
  try {
    const made = new CSSStyleSheet();
    made.replaceSync(text);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, made];
    return (next) => made.replaceSync(next);
  } catch {
    const made = document.head.appendChild(el('style', {}, text));
    return (next) => (made.textContent = next);
  }
}

/** Puts the stylesheet in the document, once, when there is first something to show. */
export function style(): void {
  if (!styled) sheet(css);
  styled = true;
}

let room: ((text: string) => void) | undefined;
let docked: HTMLElement | undefined;
let observer: ResizeObserver | undefined;

/**
 * Shows `section` at the bottom of the window, in the place of what was there; without one, clears the place. It
 * comes first in the document, before any skip link. The page gets as much more to scroll, at its very end, as the
 * section covers: nothing moves, and whatever has the focus can be scrolled into sight.
 */
export function dock(section?: HTMLElement): void {
  style();
  observer?.disconnect();
  docked?.remove();
  docked = section;
  if (!section) return room?.('');
  document.body.prepend(section);
  room ??= sheet('');
  observer = new ResizeObserver(() => {
    const height = Math.ceil(section.offsetHeight);
    room!(`@media screen{html{scroll-padding-bottom:${height}px;margin-bottom:${height}px}}`);
  });
  observer.observe(section);
}

/** Is `section` what is docked now? */
export const isDocked = (section: HTMLElement | undefined): boolean => !!section && docked === section;
