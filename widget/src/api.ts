/** `window.koektrommel`: what the page's own scripts can ask and do. There is no way to accept from here. */

import type { Koektrommel, KoektrommelSettings } from '../koektrommel';
import { complete, grants } from './choice';
import { known } from './config';
import { guard } from './guard';
import { kept } from './display';
import { openSettings } from './settings';
import { uses } from './uses-on-demand';
import { allows, announce, choices, decide, open } from './state';

const no = (control: 'refuse' | 'withdraw'): void =>
  guard(() => {
    const notice = known();
    // A page may well say this on every load: only a change is a decision.
    if (!grants(choices()) && (control === 'withdraw' || !open()[0])) return;
    decide(notice, 'api', control, complete(notice.purposes, () => false), false);
  });

const settings = (purpose: string): KoektrommelSettings => ({
  get: (name) => kept(purpose)[name],
  set: uses('set', purpose),
});

let settle: (api: Koektrommel) => void;

const api = {
  allows,
  choices,
  open: () => openSettings(),
  refuse: () => no('refuse'),
  withdraw: () => no('withdraw'),
  on(event, listener) {
    const name = `koektrommel:${event}` as const;
    const hear = (told: DocumentEventMap[typeof name]): void => guard(() => listener((told as CustomEvent).detail));
    document.addEventListener(name, hear);
    if (event === 'setting') guard(uses('begin'));
    if (event === 'ready' && window.koektrommel === api) guard(() => listener({ choices: choices(), changed: [] } as never));
    return () => document.removeEventListener(name, hear);
  },
  push(...tasks) {
    for (const task of tasks) guard(() => task(api));
  },
  handoff: {
    put: uses('put'),
    take: uses('take'),
  },
  preferences: settings('preferences'),
  display: settings('display'),
  ready: new Promise<Koektrommel>((resolve) => (settle = resolve)),
} satisfies Koektrommel as Koektrommel;

/** Is there a widget in this page already? Two tags must not ask twice. */
export const isPresent = (): unknown => (window.koektrommel as Partial<Koektrommel> | undefined)?.ready;

/** Takes the place of the queue and does what was queued, then says that the standing choice is known. */
export function publish(): void {
  const queue = window.koektrommel ?? [];
  window.koektrommel = api;
  // An element of the page may have this name too, the tag itself for one: that is no queue.
  guard(() => api.push(...(queue as Parameters<typeof api.push>)));
  settle(api);
  announce('ready', []);
}
