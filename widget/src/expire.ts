/** Taking back what a purpose kept on the device, as far as a script can. The server ends what is `HttpOnly`. */

import type { Kept } from './config';
import { guard } from './guard';
import { fields } from './signed';

/**
 * Ends the cookies and storage of these names; a `*` at the end of one stands for any rest. A cookie ends only under
 * the path, domain and partition that it was set with, which no script can see: so under all that may be.
 */
export function expire(kept: readonly Kept[], spared: string): void {
  const paths = ['/'];
  for (const step of location.pathname.split('/').slice(1)) {
    const last = paths.at(-1)! + step;
    paths.push(last, `${last}/`);
  }
  const domains = ['', ...location.hostname.split('.').map((_, at, all) => `;Domain=${all.slice(at).join('.')}`)];
  for (const { name: wanted, storage, path } of kept) {
    const named = (found: string): boolean =>
      wanted.endsWith('*') ? found.startsWith(wanted.slice(0, -1)) : found === wanted;
    if (storage?.endsWith('storage')) {
      // Where storage is refused there is nothing in it.
      guard(() => {
        const place = storage === 'local-storage' ? localStorage : sessionStorage;
        for (const key of Object.keys(place).filter(named)) place.removeItem(key);
      });
      continue;
    }
    // One that is for other paths cannot be seen from here.
    for (const found of new Set<string>([wanted, ...document.cookie.split('; ').map((pair) => pair.split('=')[0]!)].filter(named))) {
      // What was set for this visit needs no yes, so no no ends it.
      if (found === spared || fields(() => document.cookie, found).k === 'visit') continue;
      for (const at of [path ?? '/', ...paths]) {
        for (const domain of domains) {
          for (const rest of ['', ';Secure', ';Secure;Partitioned']) {
            document.cookie = `${found}=;Max-Age=0;Path=${at}${domain}${rest}`;
          }
        }
      }
    }
  }
}
