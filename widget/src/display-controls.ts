/** The sections of the settings for what the visitor can set: the display and preferences. What is pressed holds at once. */

import type { KoektrommelKept } from '../koektrommel';
import { el } from './dom';
import { guard } from './guard';
import { lists, type Kit, type Lists, type Setting } from './uses-api';
import { box, press } from './uses-line';
import { ask, begin, current, set, setAll } from './uses-settings';

/**
 * Makes a section for each purpose of which something can be set, the display first; `names` is what they are called.
 * They come with all that they say, so that nothing in them moves when they are there.
 */
export async function controls(kit: Kit, names: Readonly<Record<string, string>>): Promise<HTMLElement[]> {
  const told = await lists(kit);
  begin(kit);
  const ids = told.purposes.map(({ id }) => id).sort((one) => (one === 'display' ? -1 : 1));
  const terms = await Promise.all(ids.map((id) => ask(kit, id).catch(() => ({}))));
  return ids.map((id, place) => section(kit, told, id, names[id] ?? id, terms[place]!));
}

function section(kit: Kit, { purposes, texts, language }: Lists, id: string, name: string, term: Partial<KoektrommelKept>): HTMLElement {
  const { settings } = purposes.find((one) => one.id === id)!;
  const isDisplay = id === 'display';

  const status = el('p', { role: 'status' });
  const longer = el('p', {}, texts['uses.longer']?.replace('{purpose}', () => name));
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
    const values = current(kit, id);
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
        radio.addEventListener('change', () => change(set(kit, id, setting.name, value), texts['uses.saved']));
        radios.push(radio);
        return el('label', {}, radio, label);
      }),
    );
  const made = box(
    kit,
    { id: isDisplay ? 'koek-display' : `koek-set-${id}`, lang: language },
    el(
      'div',
      { role: 'group', 'aria-labelledby': 'title' },
      el('h3', { id: 'title', tabindex: '-1' }, isDisplay ? texts['uses.display.title'] : name),
      el('p', {}, texts[isDisplay ? 'uses.display.intro' : 'uses.intro']),
      ...settings.map(group),
      status,
      longer,
      press(texts['uses.reset'], () => change(setAll(kit, id, {}), texts['uses.ended'])),
    ),
    true,
  );
  show();
  tell(term);
  return made;
}
