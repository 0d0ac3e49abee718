/** The four functional uses: what does them is a part, fetched when the page uses one. */

import { part } from './parts';
import { kit } from './settings';

export const uses =
  (name: string, ...given: unknown[]) =>
  async (...more: unknown[]): Promise<any> =>
    (await part<any>('uses'))[name](kit, ...given, ...more);
