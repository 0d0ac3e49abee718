/** The way to the settings. Their dialog is a script of its own, fetched when somebody asks for it. */

import { askAgain } from './banner';
import { mount, query, refresh, shown, type Notice } from './config';
import { confirm } from './confirmation';
import { look } from './dock';
import { guard } from './guard';
import { part } from './parts';
import { choices, decide } from './state';

/** What the dialog gets from this script: there must be one state, one dock and one look. */
export const kit = { mount, query, look, choices, decide, confirm };


/** The script has the banner's texts only; the others are fetched when they are needed. */
const whole = (notice: Notice): Notice | Promise<Notice> => (notice.texts['settings.title'] ? notice : refresh());

type Loading = Promise<[typeof import('./dialog'), Notice]>;
let loading: Loading | undefined;

/** The dialog and its words; who hovers and then presses asks once. */
const load = (): Loading =>
  (loading ??= Promise.all([part<typeof import('./dialog')>('settings'), shown().then(whole)]).finally(
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
