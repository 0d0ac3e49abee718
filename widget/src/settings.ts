/** The way to the settings. Their dialog is a script of its own, fetched when somebody asks for it. */

import { askAgain } from './banner';
import { config, known, mount, query, refresh, shown, type Notice } from './config';
import { confirm } from './confirmation';
import { kept } from './display';
import { look } from './dock';
import { guard } from './guard';
import { part } from './parts';
import { allows, choices, decide, open } from './state';
import { uses } from './uses-on-demand';

/** The notice with all its texts. The script has the banner's only; the others are fetched when they are needed. */
const whole = async (): Promise<Notice> => {
  const notice = await shown();
  return notice.texts['settings.title'] ? notice : refresh();
};

/** What a part gets from this script: there must be one state, one dock and one look. */
export const kit = { mount, query, config, known, whole, look, choices, allows, open, decide, confirm, kept, uses };

type Loading = Promise<[typeof import('./dialog'), Notice]>;
let loading: Loading | undefined;

/** The dialog and its words; who hovers and then presses asks once. */
const load = (): Loading =>
  (loading ??= Promise.all([part<typeof import('./dialog')>('settings'), whole()]).finally(
    () => (loading = undefined),
  ));

/** Fetches them ahead, for who is about to press; nothing is stored but in the browser's cache. */
export const prepare = (): unknown => load().catch(() => {});

/** Opens the settings; closing them in whatever way gives the focus back to what had it. */
export const openSettings = (opener = document.activeElement as HTMLElement | null): void =>
  guard(async () => {
    try {
      const [dialog, notice] = await load();
      dialog.show(kit, notice, opener);
    } catch {
      // Taking back must not depend on it: ask the first question again; who wants more goes to the server's page.
      if (!askAgain()) location.assign(`${mount}/settings${query}`);
    }
  });
