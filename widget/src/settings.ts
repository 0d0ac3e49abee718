/** The way to the settings. Their dialog is a script of its own, fetched when somebody asks for it. */

import { askAgain } from './banner';
import { mount, query, refresh, shown, type Notice } from './config';
import { confirm } from './confirmation';
import { style } from './dom';
import { guard } from './guard';
import { choices, decide } from './state';

/** What the dialog gets from this script: there must be one state, one dock and one stylesheet. */
export const kit = { mount, query, style, choices, decide, confirm };

/** The dialog's script, named by its content: one that is not of this build is never taken for it. */
const load = (): Promise<typeof import('./dialog')> => import(`${mount}/koektrommel.${__SETTINGS__}.js`);

/** Fetches the dialog ahead, into the browser's cache only, for who is about to press. */
export const prepare = (): unknown => load().catch(() => {});

/** A server may leave the settings' texts out of the script, to be fetched when they are needed. */
const whole = (notice: Notice): Notice | Promise<Notice> => (notice.texts['settings.title'] ? notice : refresh());

/** Opens the settings; closing them in whatever way gives the focus back to what had it. */
export const openSettings = (opener = document.activeElement as HTMLElement | null): void =>
  guard(async () => {
    try {
      const [dialog, notice] = await Promise.all([load(), shown().then(whole)]);
      dialog.show(kit, notice, opener);
    } catch {
      // Taking back must not depend on it: ask the first question again; who wants more goes to the server's page.
      if (!askAgain()) location.assign(`${mount}/settings${query}`);
    }
  });
