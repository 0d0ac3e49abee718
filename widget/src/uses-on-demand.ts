/** The four functional uses: what does them is a part, fetched when the page uses one. */

import { part } from './parts';
import { kit } from './settings';

/** Something that the part does, as a function; a declaration, since the kit that it is given has it too. */
export function uses(name: string, ...given: unknown[]) {
  return async (...more: unknown[]): Promise<any> => (await part<any>('uses'))[name](kit, ...given, ...more);
}
