/** What the visitor set. For the display it is put on `<html>`, before the page is drawn where that can be. */

import { config } from './config';
import { readKept, type Values } from './signed';
import { said } from './state';

/** What is kept of a purpose on this device, as far as the page can read it. */
export const kept = (purpose: string): Values =>
  readKept(() => document.cookie, `${config.cookie}_${purpose}`, Date.now(), () => said().choices[purpose]);

let shown: Values = {};

/** Puts into effect what is kept now. */
export function reflect(): void {
  for (const name in { ...shown, ...(shown = kept('display')) }) {
    document.documentElement[shown[name] ? 'setAttribute' : 'removeAttribute'](`data-koek-${name}`, shown[name]!);
  }
}
