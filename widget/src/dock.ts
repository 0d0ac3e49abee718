/** The place at the bottom of the window where the banner and the confirmation are shown. */

import { known } from './config';
import { el, host, sheet } from './dom';
import { look } from './look';

/** A section for `dock`, named by its `title`: `words` and a row of buttons, as places for its `children`. */
export const section = (
  id: string,
  title: HTMLElement,
  words: readonly HTMLElement[],
  row: HTMLElement,
  ...children: Parameters<typeof host>[4][]
): HTMLElement =>
  host(
    'section',
    // In the top layer where the browser has one: nothing of the page can lie over the question.
    { id, lang: known().language, popover: 'manual', 'aria-labelledby': title.id },
    look,
    el('div', { class: 'dock' }, el('div', { class: 'words' }, ...words), row),
    title,
    ...children,
  );

/** What is there now. */
export let docked: HTMLElement | undefined;
let tries = 99;

/** May something be put into the page once more? A page that takes it away each time would otherwise be busy for ever. */
export const again = (): unknown => tries && setTimeout(() => tries++, 1e4, tries--);

let observer: ResizeObserver | undefined;
let room: CSSStyleSheet | undefined;
let given: number | undefined;

/**
 * Gives the page as much more to scroll as the section covers. A page that fits into its window can be scrolled then,
 * but gets no scroll bar for it: that would make all of it narrower.
 */
function makeRoom(): void {
  const height = docked?.offsetHeight;
  if (height === given) return;
  const root = document.documentElement;
  const bar = root.scrollHeight - ~~given! > root.clientHeight ? '' : 'scrollbar-width:none';
  given = height;
  (room ??= sheet(document, ''))?.replaceSync(
    height ? `@media screen{html{scroll-padding-bottom:${height}px;margin-bottom:${height}px;${bar}}}` : '',
  );
}

/**
 * Shows `section` at the bottom of the window, in the place of what was there; without one, clears the place. It
 * comes first in the document, before any skip link. The page gets as much more to scroll, at its very end, as the
 * section covers: nothing moves, and whatever has the focus can be scrolled into sight. With `heed`, its title takes the
 * focus: not the section, because what is in a shadow host with a tabindex of -1 is left out by the Tab key.
 */
export function dock(section?: HTMLElement, heed?: boolean): void {
  docked?.remove();
  docked = section;
  redock(true);
  // Before the page is drawn with it, not a frame later.
  makeRoom();
  if (!section) return;
  if (heed) (section.firstElementChild as HTMLElement).focus();
  // In the next frame: what it does may change the height once more.
  (observer ??= new ResizeObserver(() => requestAnimationFrame(makeRoom))).observe(section);
}

/** Puts back what a page that swapped its body lost; copies of ours, which nobody listens to, have no shadow root. */
export function redock(isNew?: boolean): void {
  for (const one of document.querySelectorAll(':is(section,aside)[id^=koek-]')) if (!one.shadowRoot) one.remove();
  if (!docked || docked.isConnected || !(isNew || again())) return;
  document.body.prepend(docked);
  docked.showPopover?.();
}
