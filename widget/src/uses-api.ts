/** Talking with the server about the functional uses. */

import type { kit } from './settings';

export type Kit = typeof kit;

/** Sends a request that outlives the page. Rejects with the server's own words unless it answers well. */
export async function call(
  kit: Kit,
  method: string,
  path: string,
  body?: object,
  expected: readonly number[] = [],
): Promise<Response> {
  const site = new URLSearchParams(kit.query).get('site');
  const answer = await fetch(`${kit.mount}/api/v1/${path}${body ? '' : kit.query}`, {
    method,
    keepalive: true,
    // The script may live on another host; the cookies are that host's.
    credentials: 'include',
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ site, ...body }) }),
  });
  if (answer.ok || expected.includes(answer.status)) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw Object.assign(new Error(`koektrommel: ${problem.detail ?? problem.title ?? answer.status}`), { status: answer.status });
}

/** What a visitor can set of a purpose. */
export interface Setting {
  readonly name: string;
  readonly label: string;
  readonly default: string;
  readonly values: readonly { readonly value: string; readonly label: string }[];
}

/** The closed lists of the site, in the page's language, and the words of the controls. */
export interface Lists {
  readonly language: string;
  readonly purposes: readonly { readonly id: string; readonly settings: readonly Setting[] }[];
  readonly texts: Readonly<Record<string, string>>;
}

let fetched: Promise<Lists> | undefined;

/** Fetches the lists, once if it succeeds. */
export const lists = (kit: Kit): Promise<Lists> =>
  (fetched ??= call(kit, 'GET', 'preferences')
    .then((answer) => answer.json())
    .catch((error) => {
      fetched = undefined;
      throw error;
    }));
