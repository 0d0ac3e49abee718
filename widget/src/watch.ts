/** Which names on the device the notice does not account for. Names only, never values. No browser objects. */

import type { Purpose } from './config';

/** What browser extensions are known to leave in a page's storage: theirs, not the site's. */
const EXTENSIONS =
  /darkreader|grammarly|honey|lastpass|^lp_|dashlane|kwift|bitwarden|keeper|ublock|adguard|adblock|ghostery|tampermonkey|violentmonkey|immersive-translate|deepl|languagetool|mcafee|avast|bis_|norton|keepa|loom|webext|chrome-extension|moz-extension|safari-web-extension/i;

/** Ours: they are there while they are in use, whatever was chosen. */
const OURS = /^(__host-|__secure-)?koek\b|^(__host-|__secure-)?koek[_-]/i;

/**
 * A name without what may tell one visitor from another: digits, and what looks like an identifier, become `#`; a name
 * that may hold an address is not told at all. The server does the same again (`src/undeclared/name.rs`).
 */
export function bare(name: string): string {
  if (!/^[!-~]+$/.test(name) || name.includes('@')) return '';
  return name
    .replace(/[a-z0-9]+/gi, (word) =>
      /^.{24}|^(?=.*\d).{8}|^[a-f]{8,}$|^(?=.*\d)[a-f\d]{4,}$/i.test(word) ? '#' : word.replace(/\d+/g, '#'),
    )
    .replace(/#([^a-z0-9]?#)+/gi, '#')
    .slice(0, 64);
}

/**
 * Those of `names` that no purpose declares, or only one that the visitor has not allowed; each once, without what
 * may identify anybody.
 */
export function watch(names: readonly string[], purposes: readonly Purpose[], allows: (id: string) => boolean): string[] {
  const declared = purposes
    .filter(({ id }) => allows(id))
    .flatMap(({ cookies = [] }) => cookies.map((one) => one.name));
  const isDeclared = (name: string): boolean =>
    declared.some((one) => (one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : one === name));
  const odd = names.filter((name) => name && !OURS.test(name) && !EXTENSIONS.test(name) && !isDeclared(name));
  return [...new Set(odd.map(bare))].filter((name) => name && name !== '#');
}
