/** The line that says, under a form, what is kept of it; with a button to clear it. */

import { el, host } from './dom';
import { guard } from './guard';
import { lists, type Kit } from './uses-api';
import lines from './lines.css';
import css from './uses.css';

/**
 * A host in the look of the widget and of this part; what the visitor set counts for the widget too. `within` another
 * host, the site's own colours come from there: so what the visitor set comes before them here, too.
 */
export function box(kit: Kit, attributes: Readonly<Record<string, string>>, inside: HTMLElement, within?: boolean): HTMLElement {
  const { look, config } = kit;
  return host('section', attributes, (within && config.theme ? look.replace(config.theme, () => '') : look) + lines + css, inside);
}

/** A button inside a host. */
export function press(text: string | undefined, act: () => unknown): HTMLButtonElement {
  const made = el('button', { type: 'button' }, text);
  made.addEventListener('click', () => guard(act));
  return made;
}

/** What the button beside the words does. */
export type Offer = 'uses.form.clear' | 'uses.form.undo';

/**
 * Makes a line for a form; returns what shows words on it. It stands at the end of the form, or in the element of the
 * form that the page keeps free for it: `data-koek-remember-line`.
 */
export function line(kit: Kit, form: HTMLFormElement, act: (offer: Offer) => void): (key: string, offer?: Offer) => void {
  const words = el('span', { role: 'status' });
  let offered: Offer | undefined;
  const button = press('', () => offered && act(offered));
  let made: HTMLElement | undefined;
  let said: string | undefined;
  const say = async (key: string, offer?: Offer): Promise<void> => {
    if (said === key) return;
    said = key;
    if (!key && !made) return;
    const { texts, language } = await lists(kit).catch((error) => {
      // Not said: the next one like it is.
      if (said === key) said = undefined;
      throw error;
    });
    // Something else was said while the words were fetched.
    if (said !== key) return;
    made ??= box(kit, { class: 'koek-line', lang: language }, el('div', { class: 'line' }, words, button));
    if (!made.isConnected) (form.querySelector('[data-koek-remember-line]') ?? form).append(made);
    made.hidden = !key;
    words.textContent = texts[key] ?? '';
    offered = offer;
    button.hidden = !offer;
    button.textContent = (offer && texts[offer]) ?? '';
  };
  return (key, offer) => guard(() => say(key, offer));
}
