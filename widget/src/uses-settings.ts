/** Preferences and display settings: set by the visitor, kept by the server, told to the page and to other tabs. */

import type { Koektrommel, KoektrommelKept } from '../koektrommel';
import { sheet } from './dom';
import { guard } from './guard';
import type { Values } from './signed';
import { call, lists, type Kit } from './uses-api';
import page from './uses-page.css';

const PURPOSES = ['preferences', 'display'] as const;

/** What holds in this page although no cookie tells it: not answered yet, not readable here, or not kept. */
const unread: Record<string, Values | undefined> = {};
/** What the page was told last. */
const told: Record<string, Values> = {};

let channel: BroadcastChannel | undefined;
let begun = false;

/** Everything that holds now of a purpose and is not as it is by default. */
export const current = (kit: Kit, purpose: string): Values => unread[purpose] ?? kit.keptOf(purpose);

/** Tells the page of every setting that differs from what it was told; the display is put on `<html>`. */
function tell(kit: Kit): void {
  for (const purpose of PURPOSES) {
    const before = told[purpose] ?? {};
    const now = (told[purpose] = current(kit, purpose));
    for (const name of Object.keys({ ...before, ...now })) {
      const value = now[name];
      if (value === before[name]) continue;
      if (purpose === 'display') {
        if (value) document.documentElement.setAttribute(`data-koek-${name}`, value);
        else document.documentElement.removeAttribute(`data-koek-${name}`);
      }
      document.dispatchEvent(new CustomEvent('koektrommel:setting', { detail: { purpose, name, value } }));
    }
  }
}

/** What the server says of this device. */
export const ask = async (kit: Kit, purpose: string): Promise<KoektrommelKept> =>
  (await call(kit, 'GET', `preferences/${purpose}`)).json();

/** Looks again, after another tab or the server may have changed something. */
const look = (kit: Kit): void =>
  guard(async () => {
    if (!kit.config.cookie) {
      for (const purpose of PURPOSES) {
        const before = unread[purpose];
        const { values, kept } = await ask(kit, purpose);
        // What was set meanwhile is newer. A no holds here before the server has heard of it.
        if (unread[purpose] === before) unread[purpose] = kept === 'choice' && !kit.allows(purpose) ? {} : values;
      }
    }
    tell(kit);
  });

/** Closed whenever the page is left, or it would stay out of the back-forward cache. */
const listen = (kit: Kit): void =>
  guard(() => {
    channel = new BroadcastChannel('koektrommel');
    channel.onmessage = () => look(kit);
  });

/** From here on the widget looks as was set, and the page is told of settings. What it has already is not news. */
export function begin(kit: Kit): void {
  if (begun) return;
  begun = true;
  sheet(document, page);
  const api = window.koektrommel as Koektrommel;
  for (const purpose of PURPOSES) {
    told[purpose] = kit.keptOf(purpose);
    Object.assign(api[purpose], { get: (name: string) => current(kit, purpose)[name] });
  }
  listen(kit);
  addEventListener('pagehide', () => channel?.close());
  addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return;
    listen(kit);
    look(kit);
  });
  document.addEventListener('koektrommel:change', () => look(kit));
  if (!kit.config.cookie) look(kit);
}

const alike = (one: Values, other: Values): boolean =>
  Object.keys({ ...one, ...other }).every((name) => one[name] === other[name]);

let last: Promise<unknown> = Promise.resolve();

/**
 * Sets everything of a purpose: in the page at once, on the device when the server has answered. If it does not, what
 * was set holds in this page only, and the promise says so.
 */
export function setAll(kit: Kit, purpose: string, values: Values): Promise<KoektrommelKept> {
  begin(kit);
  unread[purpose] = values;
  tell(kit);
  // One after the other, so that the last one stands; together they would overtake each other.
  const sent = last.then(async () => {
    const answer: KoektrommelKept = await (await call(kit, 'PUT', `preferences/${purpose}`, { values })).json();
    if (unread[purpose] === values) {
      unread[purpose] = alike(kit.keptOf(purpose), answer.values) ? undefined : answer.values;
      tell(kit);
    }
    channel?.postMessage(0);
    return answer;
  });
  last = sent.catch(() => {});
  return sent;
}

/** Sets one value, if it is on the closed list. */
export async function set(kit: Kit, purpose: string, name: string, value: string): Promise<KoektrommelKept> {
  const settings = (await lists(kit)).purposes.find((one) => one.id === purpose)?.settings ?? [];
  const setting = settings.find((one) => one.name === name);
  const fail = (what: string, known: readonly string[]): never => {
    throw new RangeError(`koektrommel: ${purpose} has no ${what}; it has: ${known.join(', ')}`);
  };
  if (!setting) return fail(`setting "${name}"`, settings.map((one) => one.name));
  const known = setting.values.map((one) => one.value);
  if (!known.includes(value)) return fail(`value "${value}" of "${name}"`, known);
  const { [name]: _, ...others } = current(kit, purpose);
  return setAll(kit, purpose, value === setting.default ? others : { ...others, [name]: value });
}
