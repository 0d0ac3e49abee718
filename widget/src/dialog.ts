/**
 * The settings: every purpose with its answer. The one modal part of the widget, opened only by the visitor. This is a
 * bundle of its own: whatever has state comes in the kit, only what has none is imported.
 */

import { complete, grants, type Choices } from './choice';
import type { Notice, Purpose } from './config';
import { button, el, link, paragraph, sheet } from './dom';
import type { Control } from './outbox';
import type { kit as Kit } from './settings';
import css from './dialog.css';

let dialog: HTMLDialogElement | undefined;
let styled = false;

/** Shows the dialog; `opener` gets the focus back. */
export function show(kit: typeof Kit, notice: Notice, opener: HTMLElement | null): void {
  if (dialog) return;
  const { texts, purposes } = notice;
  const before = kit.choices();
  let done = false;
  const boxes = new Map<string, HTMLInputElement>();

  const finish = (control: Control, answers: Choices, person: boolean): void => {
    if (!kit.decide(notice, 'settings', control, answers, person)) return;
    done = true;
    dialog?.close();
    kit.confirm(notice, grants(answers), opener ?? undefined);
  };
  const all = (control: 'accept' | 'refuse') => (person: boolean) =>
    finish(control, complete(purposes, () => control === 'accept'), person);

  const row = ({ id, kind, name, text }: Purpose): HTMLElement => {
    const about = `koek-t-${id}`;
    const title = el('b', {}, name);
    const words = el('p', { id: about }, text);
    if (kind === 'exempt') return el('li', {}, el('div', {}, title, texts['settings.always_on']), words);
    const box = el('input', { type: 'checkbox', id: `koek-p-${id}`, 'aria-describedby': about });
    // The box says its own state to who cannot see the word.
    const state = el('span', { 'aria-hidden': 'true' });
    const tell = (): void => {
      state.textContent = texts[box.checked ? 'state.on' : 'state.off'] ?? '';
    };
    box.checked = before[id] === true;
    box.addEventListener('change', tell);
    boxes.set(id, box);
    tell();
    return el('li', {}, el('label', {}, box, title, state), words);
  };
  const rows = (kind: Purpose['kind']): HTMLElement =>
    el('ul', { role: 'list' }, ...purposes.filter((one) => one.kind === kind).map(row));

  const heading = el('h2', { id: 'koek-settings-title', tabindex: '-1' }, texts['settings.title']);
  const made = el(
    'dialog',
    { id: 'koek-settings', class: 'koek koek-settings', 'aria-labelledby': heading.id, lang: notice.language },
    heading,
    button('koek-settings-close', 'link', texts['button.close'], () => made.close()),
    paragraph(texts['settings.intro']),
    rows('choice'),
    paragraph(texts['settings.withdraw']),
    el('h3', {}, texts['settings.always']),
    rows('exempt'),
    link(texts['notice.link'], kit.mount + kit.query),
    boxes.size
      ? el(
          'div',
          { class: 'koek-buttons' },
          button('koek-save', 'solid', texts['button.save'], (person) =>
            finish('save', complete(purposes, (id) => boxes.get(id)!.checked), person),
          ),
          button('koek-refuse-all', 'plain', texts['button.refuse'], all('refuse')),
          button('koek-accept-all', 'plain', texts['button.accept'], all('accept')),
        )
      : undefined,
  );
  dialog = made;
  // Escape comes here too: nothing is chosen by closing.
  made.addEventListener('close', () => {
    made.remove();
    dialog = undefined;
    if (!done) opener?.focus();
  });
  kit.style();
  if (!styled) sheet(css);
  styled = true;
  document.body.append(made);
  made.showModal();
  heading.focus();
}
