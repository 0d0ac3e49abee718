/**
 * What few pages need, and none at once: taking back what a purpose kept, looking for what the notice does not name,
 * and telling Google's tags. A bundle of its own.
 */

import { expire } from './expire';
import { guard } from './guard';
import { signals } from './signals';
import { watch } from './watch';
import type { kit as Kit } from './settings';

/** How long after the first look something must still be there, in milliseconds. What a page makes and undoes is not kept. */
const AGAIN_MS = 5000;

let begun = false;

/** Google's consent mode, version 2: it takes the very `arguments` object, and would pass over an array. */
function tell(kit: typeof Kit): void {
  const layer = ((window as { dataLayer?: unknown[] }).dataLayer ??= []);
  const gtag = function (..._: unknown[]): void {
    layer.push(arguments);
  };
  gtag('consent', 'update', signals(kit.config.signals!, kit.allows));
}

/** The names of everything that scripts can see here. */
const names = (): string[] => [
  ...document.cookie.split('; ').map((pair) => pair.split('=')[0]!),
  ...Object.keys(localStorage),
  ...Object.keys(sessionStorage),
];

/** Looks twice, and reports what was there both times and should not be. */
async function look(kit: typeof Kit): Promise<void> {
  const { purposes, site } = await kit.whole();
  const found = (): string[] => watch(names(), purposes, kit.allows);
  const first = found();
  if (!first.length) return;
  await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  const stayed = found().filter((name) => first.includes(name)).slice(0, 20);
  if (!stayed.length) return;
  await fetch(`${kit.mount}/api/v1/undeclared`, {
    method: 'POST',
    keepalive: true,
    // Nothing of the visitor goes along.
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ site, names: stayed }),
  });
}

/**
 * Does what there is to do: on the first call of a page, and for each purpose of `changed` that was taken back. The first
 * call also takes back what is left of a yes that has ended, or was taken back where no script could see what was kept.
 */
export async function run(kit: typeof Kit, changed: readonly string[] = [], sampled?: boolean): Promise<void> {
  const { signals: google, cookie, kept } = kit.config;
  if (!begun && google && Object.keys(google)[0]) {
    document.addEventListener('koektrommel:change', () => guard(() => tell(kit)));
    // A question that is left keeps nothing back that was granted before.
    if (!kit.open().length || Object.values(google).flat().some(kit.allows)) tell(kit);
  }
  if (!begun && sampled) {
    const idle = window.requestIdleCallback ?? setTimeout;
    idle(() => look(kit).catch(() => {}));
  }
  const isLeft = !begun && kept && RegExp(kept).test(`${names()}`);
  begun = true;
  const { purposes } = kit.known();
  const told = kit.said().choices;
  // Where only the server knows, and has not been heard, nothing is known to have ended.
  const isKnown = (id: string): boolean => told[id] === false || kit.open().some((one) => one.id === id);
  const isOver = (id: string): boolean => !kit.allows(id) && (changed.includes(id) || (!!isLeft && isKnown(id)));
  if (!purposes.some(({ id }) => isOver(id))) return;
  for (const { id, cookies } of (await kit.whole()).purposes) {
    if (isOver(id)) expire(cookies ?? [], cookie ?? '');
  }
}
