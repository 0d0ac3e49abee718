/** The four functional uses: what does them is a part, fetched when the page uses one. */

import { part } from './parts';
import { kit } from './settings';

type Part = typeof import('./uses');

/** Something that the part does, as a function; a declaration, since the kit that it is given has it too. */
export function uses<Name extends keyof Part>(name: Name, ...given: unknown[]) {
  return async (...more: unknown[]): Promise<Awaited<ReturnType<Part[Name]>>> =>
    (await part<any>('uses'))[name](kit, ...given, ...more);
}
