/** `window.koektrommel`: what the page's own scripts can ask and do. There is no way to accept from here. */

import type { Koektrommel } from '../koektrommel';
import { complete, grants } from './choice';
import { known } from './config';
import { guard } from './guard';
import { openSettings } from './settings';
import { allows, announce, choices, decide, open } from './state';

const no = (control: 'refuse' | 'withdraw'): void =>
  guard(() => {
    const notice = known();
    // A page may well say this on every load: only a change is a decision.
    if (!grants(choices()) && (control === 'withdraw' || !open(notice.purposes).length)) return;
    decide(notice, 'api', control, complete(notice.purposes, () => false), false);
  });

let settle: (api: Koektrommel) => void;

const api = {
  allows: (purpose) => allows(purpose),
  choices: () => choices(),
  open: () => openSettings(),
  refuse: () => no('refuse'),
  withdraw: () => no('withdraw'),
  on(event, listener) {
    const name = `koektrommel:${event}` as const;
    const hear = (told: DocumentEventMap[typeof name]): void => guard(() => listener(told.detail));
    document.addEventListener(name, hear);
    if (event === 'ready' && window.koektrommel === api) guard(() => listener({ choices: choices(), changed: [] }));
    return () => document.removeEventListener(name, hear);
  },
  push(...tasks) {
    for (const task of tasks) guard(() => task(api));
  },
  ready: new Promise<Koektrommel>((resolve) => (settle = resolve)),
} satisfies Koektrommel as Koektrommel;

/** Is there a widget in this page already? Two tags must not ask twice. */
export const isPresent = (): boolean => 'ready' in (window.koektrommel ?? []);

/** Takes the place of the queue and does what was queued, then says that the standing choice is known. */
export function publish(): void {
  const queue = window.koektrommel ?? [];
  window.koektrommel = api;
  api.push(...(queue as Parameters<typeof api.push>));
  settle(api);
  announce('ready', []);
}
