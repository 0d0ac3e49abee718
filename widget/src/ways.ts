/** Ways back to the settings that a page has. */

/** What marks a link or button of the page as one. */
export const MARK = '[data-koek-settings]';

/** Does the page lead to the settings? A link in a placeholder goes with it, and one in a closed menu is not seen. */
export const hasWayBack = (): boolean =>
  [...document.querySelectorAll(`${MARK}:not([slot]),#koek-reopen`)].some((one) => one.checkVisibility?.() ?? true);
