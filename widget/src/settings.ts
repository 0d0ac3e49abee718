/** The way to the settings. Their dialog is a script of its own, fetched when somebody asks for it. */

import { askAgain } from './banner';
import { config, known, mount, query, whole, type Whole } from './config';
import { confirm } from './confirmation';
import { kept } from './display';
import { guard } from './guard';
import { look } from './look';
import { part } from './parts';
import { allows, choices, decide, learn, open, said } from './state';
import { uses } from './uses-on-demand';

let fetched: Promise<Whole> | undefined;

/** The notice with all its texts, fetched once; again where that failed. */
const all = (): Promise<Whole> => (fetched ??= whole().catch((error) => {
  fetched = undefined;
  throw error;
}));

/** Opens the settings; closing them in whatever way gives the focus back to what had it. */
export const openSettings = (opener = document.activeElement as HTMLElement | null): void =>
  guard(async () => {
    try {
      const [dialog, notice] = await Promise.all([part<typeof import('./dialog')>('settings'), all()]);
      dialog.show(kit, notice, opener);
    } catch {
      // Taking back must not depend on it: ask the first question again; who wants more goes to the server's page.
      if (!askAgain()) location.href = `${mount}/settings${query}`;
    }
  });

/** What a part gets from this script: there must be one state, one dock and one look. */
export const kit = { mount, query, config, known, whole: all, look, choices, allows, open, said, learn, openSettings, decide, confirm, keptOf: kept, useOf: uses };
