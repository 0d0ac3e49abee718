/**
 * What waits for a yes: scripts, frames, images, style sheets, sound and film, and all that other tools have marked; and
 * the cookie table. A bundle of its own, fetched by a page that has any.
 */

import { marks, named, purposes } from './foreign';
import { guard } from './guard';
import { cover, coverOf, sweep, uncover } from './placeholder';
import { release } from './scripts';
import type { kit as Kit } from './settings';
import { fill } from './table';

/** Attributes that make a browser fetch something; each waits under its name with `data-` before it. */
const FETCHES = ['srcset', 'src', 'href', 'poster'];

/** What the visitor wants to see this once. Kept in the page only: the next view asks again. */
const once = new WeakSet<Element>();
const hinted = new Set<string>();

/** Puts the marks of other tools into our words, so that from here on there is one spelling. */
function translate(kit: typeof Kit, isPurpose: (id: string) => boolean): void {
  for (const one of document.querySelectorAll(':is([data-cookieconsent],[data-category],[data-name]):not([data-koek])')) {
    const found = marks((name) => one.getAttribute(name));
    const source = one.getAttribute(found?.source ?? 'data-src') ?? one.getAttribute('data-src');
    // A frame that Complianz holds back shows an empty page meanwhile.
    if (found && source && one.getAttribute('src') === 'about:blank') one.removeAttribute('src');
    const waits = one.matches('script') ? one.matches('[type="text/plain"]') : source && !one.hasAttribute('src');
    if (!found || !waits) continue;
    const ours = purposes(found.names, kit.config.aliases ?? {}, isPurpose);
    const called = found.names.join(', ');
    if (ours) {
      if (source) one.setAttribute('data-src', source);
      one.setAttribute('data-koek', ours);
    } else if (!hinted.has(called)) {
      hinted.add(called);
      console.info(`koektrommel: "${called}" is no purpose and has no alias, so what waits for it stays off`);
    }
  }
}

/** Sound and film look at their sources again only when they are told to. */
const reload = (element: Element): void => element.closest<HTMLMediaElement>('audio,video')?.load();

const waiting = (element: Element): string[] => FETCHES.filter((name) => element.hasAttribute(`data-${name}`));

/** Lets an element fetch what waits, unless it has. */
function load(element: Element): void {
  const names = waiting(element).filter((name) => !element.hasAttribute(name));
  for (const name of names) element.setAttribute(name, element.getAttribute(`data-${name}`)!);
  if (names.length) reload(element);
}

/** Takes back what it fetched. A frame cannot forget what it shows, so one like it comes in its place. */
function unload(element: Element): Element {
  const names = waiting(element).filter((name) => element.hasAttribute(name));
  if (!names.length) return element;
  const fresh = element.matches('iframe') ? (element.cloneNode() as Element) : element;
  for (const name of names) fresh.removeAttribute(name);
  if (fresh !== element) element.replaceWith(fresh);
  reload(fresh);
  return fresh;
}

let following = false;

/** Puts the standing choice into effect on everything in the page that waits. */
export async function run(kit: typeof Kit, changed: readonly string[] = []): Promise<void> {
  if (!following) {
    following = true;
    document.addEventListener('koektrommel:change', ({ detail }) => guard(() => run(kit, detail.changed)));
  }
  const isPurpose = (id: string): boolean => kit.known().purposes.some((one) => one.id === id);
  translate(kit, isPurpose);
  const refused = changed.filter((id) => !kit.allows(id));
  release(kit.allows, (id) => refused.includes(id));
  // A no takes back what was shown once, too.
  const covered: [HTMLIFrameElement, string[]][] = [];
  for (const element of document.querySelectorAll('[data-koek]:not(script)')) {
    const ids = named(element.getAttribute('data-koek')!);
    if (ids.some((id) => refused.includes(id))) once.delete(element);
    if (ids.every(kit.allows) || once.has(element)) {
      uncover(element);
      load(element);
    } else if (ids.every(isPurpose)) {
      const bare = unload(element);
      if (bare instanceof HTMLIFrameElement && waiting(bare).length) covered.push([bare, ids]);
    }
  }
  sweep();
  const tables = document.querySelectorAll('[data-koek-table]');
  if (!tables.length && covered.every(([frame]) => coverOf(frame))) return;
  const notice = await kit.whole();
  for (const [frame, ids] of covered) {
    // The choice may have changed while the texts were on their way.
    if (coverOf(frame) || !frame.isConnected || ids.every(kit.allows)) continue;
    cover(kit, notice, frame, ids, () => {
      once.add(frame);
      uncover(frame);
      load(frame);
    });
  }
  for (const table of tables) fill(kit, notice, table);
}
