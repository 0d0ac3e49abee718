/**
 * The four functional uses: forms that keep what was typed, passing on to the next page, preferences, and the display.
 * This is a bundle of its own, fetched when a page uses one of them.
 */

export { controls } from './display-controls';
export { remember } from './uses-forms';
export { begin, set } from './uses-settings';

import { call, type Kit } from './uses-api';

/** Hands data to the page that takes it next, within half an hour. */
export async function put(kit: Kit, flow: string, data: object): Promise<void> {
  await call(kit, 'PUT', `handoffs/${flow}`, { data });
}

/** Takes what was handed on, once; nothing if there is nothing. */
export async function take(kit: Kit, flow: string): Promise<object | undefined> {
  const answer = await call(kit, 'POST', `handoffs/${flow}/take`, {}, [404]);
  return answer.ok ? (await answer.json()).data : undefined;
}
