/**
 * Making elements that the page's style sheets cannot reach and that people's tools can.
 *
 * What is shown is a host with an open shadow root. Words and buttons are the host's own children, in the page's tree,
 * where programs look for them; the boxes around them, and every rule of their look, are inside. Text is only ever set
 * as text, so no notice can carry markup.
 */

import { guard } from './guard';

type Child = Node | string | undefined;

/** An element with attributes and children; undefined children are left out. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | URL>>,
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const name in attributes) made.setAttribute(name, attributes[name] as string);
  made.append(...(children.filter(Boolean) as Node[]));
  return made;
}

/** A place inside a host for its children with this `slot`; its own look is what they inherit. */
export const slot = (name: string): HTMLElement => el('slot', { name });

/** The places for buttons, one after another. */
export const buttons = (...looks: Look[]): HTMLElement => el('div', { class: 'buttons' }, ...looks.map(slot));

/** A link, or nothing where the notice has no such text. */
export const link = (text: string | undefined, href: string | URL): Child =>
  text && el('a', { href, slot: 'a' }, text);

/** How a button looks, and the slot it goes to. */
export type Look = 'solid' | 'plain' | 'quiet';

/** A real button; `act` hears which button it is, and whether a person pressed it. */
export function button(
  id: string,
  look: Look,
  text: string | undefined,
  act: (self: HTMLElement, person: boolean) => void,
): HTMLButtonElement {
  const made = el('button', { type: 'button', id, slot: look }, text);
  made.addEventListener('click', (event) => guard(() => act(made, event.isTrusted)));
  return made;
}

const sheets: Record<string, CSSStyleSheet> = {};

/**
 * Gives `root` a sheet of the widget's own, which a policy of `style-src 'self'` allows; one text is read once. Where
 * browsers are too old for it, what is shown stands unstyled at its place in the page: in order, equal, and usable.
 */
export function sheet(root: Document | ShadowRoot, text: string): CSSStyleSheet | undefined {
  guard(() => {
    if (!sheets[text]) (sheets[text] = new CSSStyleSheet()).replaceSync(text);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheets[text]!];
  });
  return sheets[text];
}

/** A host in the look of `css`, with `inside` behind its border and `children` for the slots. */
export function host(
  tag: 'section' | 'aside',
  attributes: Readonly<Record<string, string>>,
  css: string,
  inside: HTMLElement,
  ...children: Child[]
): HTMLElement {
  // The words have a direction of their own, whatever the page around them has; and search engines quote the page's.
  const made = el(tag, { dir: 'auto', 'data-nosnippet': '', ...attributes }, ...children);
  const root = made.attachShadow({ mode: 'open' });
  sheet(root, css);
  root.append(inside);
  return made;
}
