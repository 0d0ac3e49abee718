/** The settings: every purpose with its answer. The one modal part of the widget, opened only by the visitor. */

import { complete, grants, type Choices } from './choice';
import { confirm } from './confirmation';
import { mount, refresh, shown, type Purpose } from './config';
import { button, el, link, paragraph, style } from './dom';
import { guard } from './guard';
import type { Control } from './outbox';
import { choices, decide } from './state';

let dialog: HTMLDialogElement | undefined;

/** Opens the settings; closing them in whatever way gives the focus back to what had it. */
export const openSettings = (opener?: HTMLElement): void => guard(() => show(opener));

async function show(opener = document.activeElement as HTMLElement | null): Promise<void> {
  if (dialog) return;
  let notice = await shown();
  // A server may leave the settings' texts out of the script, to be fetched when they are needed.
  if (!notice.texts['settings.title']) {
    try {
      notice = await refresh();
    } catch {
      return location.assign(`${mount}/settings`);
    }
  }
  if (dialog) return;
  const { texts, purposes } = notice;
  const before = choices();
  let done = false;
  const boxes = new Map<string, HTMLInputElement>();

  const finish = (control: Control, answers: Choices, person: boolean): void => {
    if (!decide(notice, 'settings', control, answers, person)) return;
    done = true;
    dialog?.close();
    confirm(notice, grants(answers), opener ?? undefined);
  };
  const all = (control: 'accept' | 'refuse') => (person: boolean) =>
    finish(control, complete(purposes, () => control === 'accept'), person);

  const row = ({ id, kind, name, text }: Purpose): HTMLElement => {
    const about = `koek-t-${id}`;
    const state = el('span', {}, texts['settings.always_on']);
    const parts = [el('b', {}, name), state];
    if (kind === 'exempt') return el('li', {}, el('div', {}, ...parts), el('p', {}, text));
    const box = el('input', { type: 'checkbox', id: `koek-p-${id}`, 'aria-describedby': about });
    const tell = (): void => {
      state.textContent = texts[box.checked ? 'state.on' : 'state.off']!;
    };
    // The box says its own state to who cannot see the word.
    state.ariaHidden = 'true';
    box.checked = before[id] === true;
    box.addEventListener('change', tell);
    boxes.set(id, box);
    tell();
    return el('li', {}, el('label', {}, box, ...parts), el('p', { id: about }, text));
  };
  const rows = (kind: Purpose['kind']): HTMLElement =>
    el('ul', { role: 'list' }, ...purposes.filter((one) => one.kind === kind).map(row));

  const heading = el('h2', { id: 'koek-settings-title', tabindex: '-1' }, texts['settings.title']);
  dialog = el(
    'dialog',
    { id: 'koek-settings', class: 'koek koek-settings', 'aria-labelledby': heading.id, lang: notice.language },
    heading,
    button('koek-settings-close', 'link', texts['button.close'], () => dialog?.close()),
    paragraph(texts['settings.intro']),
    rows('choice'),
    paragraph(texts['settings.withdraw']),
    el('h3', {}, texts['settings.always']),
    rows('exempt'),
    link(texts['notice.link'], mount),
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
  // Escape comes here too: nothing is chosen by closing.
  dialog.addEventListener('close', () => {
    dialog?.remove();
    dialog = undefined;
    if (!done) opener?.focus();
  });
  style();
  document.body.append(dialog);
  dialog.showModal();
  heading.focus();
}
