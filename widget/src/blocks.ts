/** What the page swaps in later, and what else than a script waits for a yes. */

import { asks } from './banner';
import { config } from './config';
import { again, redock } from './dock';
import { guard } from './guard';
import { part } from './parts';
import { kit } from './settings';
import { allows } from './state';
import { uses } from './uses-on-demand';
import { hasWayBack } from './ways';

/** What waits for a yes, the cookie table, and the marks of other tools: another part's work. */
const WAITING = '[data-koek],[data-koek-table],[data-cookieconsent],[data-category],[data-name]';

/** Whatever may be of ours in something that was added. */
const OURS = WAITING + ',[data-koek-remember]';

/** Has a part do its work; `changed` are the purposes whose answer has. */
const use = (name: 'embeds' | 'extras', ...rest: [(readonly string[])?, boolean?]): void =>
  guard(async () => (await part<typeof import('./embeds') | typeof import('./extras')>(name)).run(kit, ...rest));

let isUnderway: unknown;

/** A page without a way back gets one from another part. It is asked for once: what cannot be had now comes with the next page. */
const offerWayBack = (): void =>
  guard(async () => {
    if (isUnderway || asks() || hasWayBack() || !again()) return;
    isUnderway = true;
    (await part<typeof import('./small-button')>('reopen')).run(kit);
    isUnderway = false;
  });

/** Lets everything go that may, and puts back what was lost. */
function look(): void {
  due = 0;
  redock();
  // The banner itself leads to the settings. Once it is gone the body has changed, and this is done again.
  offerWayBack();
  // From then on that part follows the choice by itself.
  if (document.querySelector(WAITING)) use('embeds');
  if (!config.cookie || document.querySelector('[data-koek-remember]')) guard(uses('remember'));
}

let due = 0;

/** Looks at what there is, and at what comes in later: once for all that comes in one frame. */
export function follow(): void {
  guard(look);
  new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
      // A new body, or all of its content, is what the banner may have gone with.
      if ((target as Element).matches?.('html,body') || [...addedNodes].some(isOurs)) {
        due ||= requestAnimationFrame(() => guard(look));
      }
    }
  }).observe(document, { childList: true, subtree: true });
  document.addEventListener('koektrommel:change', ({ detail: { changed } }) => changed.every(allows) || use('extras', changed));
  // One page view in so many looks for what the notice does not name; none where nothing is said.
  const sampled = Math.random() * config.watch! < 1;
  if (sampled || config.signals) use('extras', [], sampled);
}

const isOurs = (one: Node): unknown => (one as Element).matches?.(OURS) || (one as Element).querySelector?.(OURS);
