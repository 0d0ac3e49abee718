/** The section of the settings where the visitor makes the site easier to read. What is pressed holds at once. */

import type { KoektrommelKept } from '../koektrommel';
import { el } from './dom';
import { guard } from './guard';
import { lists, type Kit, type Setting } from './uses-api';
import { box, press } from './uses-line';
import { ask, begin, current, set, setAll } from './uses-settings';

/** Makes the section; nothing if the site has no display settings. `purpose` is what the visitor calls them. */
export async function controls(kit: Kit, purpose = ''): Promise<HTMLElement | undefined> {
  const { purposes, texts, language } = await lists(kit);
  const settings = purposes.find((one) => one.id === 'display')?.settings;
  if (!settings) return undefined;
  begin(kit);

  const status = el('p', { role: 'status' });
  const longer = el('p', {}, texts['uses.longer']?.replace('{purpose}', () => purpose));
  const tell = ({ kept, until }: Partial<KoektrommelKept>, start = ''): void => {
    // As the pages of the server write it.
    const locale = language === 'en' ? 'en-GB' : language;
    const date = until && new Date(until).toLocaleDateString(locale, { dateStyle: 'long', timeZone: 'Europe/Amsterdam' });
    const how = kept ? (texts[kept === 'choice' ? 'uses.kept.choice' : 'uses.kept.visit'] ?? '').replace('{until}', date || '') : '';
    status.textContent = `${start} ${how}`.trim();
    longer.hidden = kept !== 'visit';
  };

  const radios: HTMLInputElement[] = [];
  /** Shows what holds, which need not be what was pressed. */
  const show = (): void => {
    const values = current(kit, 'display');
    for (const { name, normal } of settings.map((one) => ({ name: one.name, normal: one.default }))) {
      for (const radio of radios) if (radio.name === name) radio.checked = radio.value === (values[name] ?? normal);
    }
  };
  const change = (made: Promise<KoektrommelKept>, done = ''): void =>
    guard(async () => {
      try {
        tell(await made, done);
      } catch (error) {
        tell({}, texts['uses.page_only']);
        throw error;
      } finally {
        show();
      }
    });

  const group = (setting: Setting): HTMLElement =>
    el(
      'fieldset',
      {},
      el('legend', {}, setting.label),
      ...setting.values.map(({ value, label }) => {
        const radio = el('input', { type: 'radio', name: setting.name, value });
        radio.addEventListener('change', () => change(set(kit, 'display', setting.name, value), texts['uses.saved']));
        radios.push(radio);
        return el('label', {}, radio, label);
      }),
    );
  const made = box(
    kit,
    { id: 'koek-display', lang: language },
    el(
      'div',
      { role: 'group', 'aria-labelledby': 'title' },
      el('h3', { id: 'title', tabindex: '-1' }, texts['uses.display.title']),
      el('p', {}, texts['uses.display.intro']),
      ...settings.map(group),
      status,
      longer,
      press(texts['uses.reset'], () => change(setAll(kit, 'display', {}), texts['uses.ended'])),
    ),
    true,
  );
  show();
  guard(async () => tell(await ask(kit, 'display')));
  return made;
}
