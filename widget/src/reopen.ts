/** The permanent way back to the settings: the page's own links and buttons; a part has a small one for pages without. */

import { openSettings } from './settings';
import { MARK } from './ways';

/** One listener for every link and button, also those that come later. */
export function followLinks(): void {
  document.addEventListener('click', (event) => {
    // The whole path: the link may be inside a component of the page.
    const opener = (event.composedPath() as HTMLElement[]).find((one) => one.matches?.(MARK + ',[data-koek-display]'));
    // A link opened in a new tab leads to the settings page of the server.
    if (!opener || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openSettings(opener);
  });
}
