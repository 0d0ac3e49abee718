/**
 * The settings: every purpose with its answer. The one modal part of the widget, opened only by the visitor. This is a
 * bundle of its own: whatever has state comes in the kit, only what has none is imported.
 */

import { choosable, complete, grants, type Choices } from './choice';
import type { Brief, Purpose, Whole } from './config';
import { button, buttons, el, host, link, slot } from './dom';
import { expire } from './expire';
import type { Control } from './outbox';
import { own } from './own';
import type { kit as Kit } from './settings';
import { keys } from './words';
import css from './dialog.css';
import lines from './lines.css';

/** The notice as the banner takes it. */
export const brief = (notice: Whole): Brief => {
  const way = choosable(notice.purposes)[0] ? 'settings.link' : 'notice.link';
  return { ...notice, texts: [...keys, way].map((key) => notice.texts[key] ?? '') };
};

let shown: HTMLElement | undefined;

/** Where a press on the line for questions leads to: a mailbox or a telephone where it names one, else the page. */
function asking(line: string, page: string): string {
  const reach = /[^\s@]+@\S+$|\+?\d[\d ()-]+$/.exec(line)?.[0];
  if (!reach) return `${page}#help`;
  return reach.includes('@') ? `mailto:${reach}` : `tel:${reach.replace(/[^\d+]/g, '')}`;
}

/** Who gets the focus where the opener has gone with the banner: another way to here that can be seen. */
const way = (): HTMLElement | undefined =>
  [...document.querySelectorAll<HTMLElement>('[data-koek-settings],#koek-open')].find((one) => one.checkVisibility?.() ?? true);

/** Shows the dialog; `opener` gets the focus back. */
export function show(kit: typeof Kit, notice: Whole, opener: HTMLElement | null): void {
  // A page that swaps its body takes the dialog along, without a word.
  if (shown?.isConnected) return;
  const { texts, purposes } = notice;
  const before = kit.choices();
  let done = false;
  const boxes = new Map<string, HTMLInputElement>();
  /** What the visitor has not switched here shows what stands, also when another tab changes that. */
  const follows = new Map<string, () => void>();
  const follow = (): void => follows.forEach((look) => look());
  /** The boxes with their labels and texts: children of the host, each for a slot in its row. */
  const children: HTMLElement[] = [];

  const finish = (control: Control, answers: Choices, person: boolean): void => {
    if (!kit.decide(notice, 'settings', control, answers, person)) return;
    // What was taken back is cleared from here: another part does so too, but that one has yet to be fetched.
    for (const { id, cookies } of purposes) if (before[id] && !answers[id]) expire(cookies ?? [], kit.config.cookie ?? '');
    done = true;
    dialog.close();
    // What is docked gives way to the confirmation, and what was pressed there with it.
    kit.confirm(grants(answers), opener?.closest('section[id^=koek-]') || !opener?.isConnected ? way() : opener);
  };
  const all = (control: 'accept' | 'refuse') => (_: unknown, person: boolean) =>
    finish(control, complete(purposes, () => control === 'accept'), person);

  /** What it is for, and who else receives it, if anybody does. */
  const told = ({ text, recipients }: Purpose): string =>
    recipients ? `${text} ${texts['settings.recipients']?.replace('{recipients}', () => recipients.join(', '))}` : text!;
  const exempt = (purpose: Purpose): HTMLElement =>
    el('li', {}, el('div', { class: 'row' }, el('b', {}, purpose.name), texts['settings.always_on']), el('p', {}, told(purpose)));
  const choice = (purpose: Purpose): HTMLElement => {
    const { id, name } = purpose;
    const [box, about] = [`koek-p-${id}`, `koek-t-${id}`];
    const input = el('input', { type: 'checkbox', id: box, 'aria-describedby': about, slot: box });
    // The box says its own state to who cannot see the word.
    const state = el('span', { 'aria-hidden': 'true' });
    const tell = (): void => {
      state.textContent = texts[input.checked ? 'state.on' : 'state.off'] ?? '';
    };
    const look = (): void => {
      input.checked = kit.choices()[id] === true;
      tell();
    };
    input.addEventListener('change', () => {
      follows.delete(id);
      tell();
      goOn();
    });
    boxes.set(id, input);
    follows.set(id, look);
    children.push(input, el('label', { for: box, slot: box }, name), el('p', { id: about, slot: about }, told(purpose)));
    look();
    return el('li', {}, el('div', { class: 'row' }, slot(box), state), slot(about));
  };
  const help = texts['settings.help'] ?? '';
  const asks = purposes.some((one) => one.kind === 'choice');
  // The day alone, as the server's pages tell it and write it.
  const { choices: stands, endsAt } = kit.said();
  const until =
    Object.keys(stands)[0] && endsAt
      ? new Intl.DateTimeFormat(notice.language.replace(/^en$/, 'en-GB'), { dateStyle: 'long', timeZone: 'UTC' }).format(endsAt)
      : undefined;
  const rows = (kind: Purpose['kind'], row: (purpose: Purpose) => HTMLElement): HTMLElement =>
    el('ul', { role: 'list' }, ...purposes.filter((one) => one.kind === kind).map(row));

  // Whoever asked for it finds it unfolded. Only what can be chosen can be set.
  const isWanted = !!opener?.closest('[data-koek-display]');
  const mine = asks ? own(kit, notice, isWanted) : undefined;

  /** Has the visitor switched anything that is not saved? */
  const isUnsaved = (): boolean => [...boxes].some(([id, box]) => box.checked !== (kit.choices()[id] === true));
  const question = el('p', { class: 'ask', tabindex: '-1' }, texts['settings.unsaved']);
  let askedAt = 0;
  /** Closing saves nothing. Who has switched something is asked once whether that is meant; a second time it closes. */
  const leave = (isPress?: boolean): void => {
    // The second half of a double click is no answer.
    if (isPress && Date.now() - askedAt < 400) return;
    if (askedAt || !isUnsaved()) return dialog.close();
    askedAt = Date.now();
    dialog.classList.add('asks');
    made.append(button('koek-discard', 'solid', texts['button.discard'], () => dialog.close()));
    question.focus();
  };
  /** Whoever goes on choosing has answered that question. */
  const goOn = (): void => {
    askedAt = 0;
    dialog.classList.remove('asks');
    made.querySelector('#koek-discard')?.remove();
  };

  const heading = el('h2', { id: 'title', tabindex: '-1' }, texts['settings.title']);
  const answers = asks ? buttons('solid', 'plain') : undefined;
  answers?.prepend(question);
  const dialog = el(
    'dialog',
    { class: 'dialog early', 'aria-labelledby': 'title' },
    el('div', { class: 'top' }, heading, buttons('quiet')),
    el('p', {}, texts[asks ? 'settings.intro' : 'settings.intro_none']),
    ...(asks ? [rows('choice', choice), el('p', {}, texts['settings.withdraw'])] : []),
    until && el('p', {}, texts['page.settings.valid_until']?.replace('{date}', () => until)),
    mine?.fold,
    el('h3', {}, texts['settings.always']),
    rows('exempt', exempt),
    slot('a'),
    answers,
  );
  const made = host(
    'section',
    { id: 'koek-settings', lang: notice.language },
    kit.look + lines + css,
    dialog,
    button('koek-settings-close', 'quiet', texts['button.close'], () => leave(true)),
    ...children,
    asks ? link(texts['settings.records'], `${kit.mount}/settings${kit.query}#records`) : undefined,
    link(texts['notice.link'], kit.mount + kit.query),
    link(help, asking(help, kit.mount + kit.query)),
    ...(asks
      ? [
          button('koek-save', 'solid', texts['button.save'], (_, person) =>
            finish('save', complete(purposes, (id) => boxes.get(id)!.checked), person),
          ),
          button('koek-refuse-all', 'plain', texts['button.refuse'], all('refuse')),
          button('koek-accept-all', 'plain', texts['button.accept'], all('accept')),
        ]
      : []),
  );
  shown = made;
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    leave();
  });
  // Nothing is chosen by closing.
  dialog.addEventListener('close', () => {
    made.remove();
    shown = undefined;
    document.removeEventListener('koektrommel:change', follow);
    if (!done) (opener?.isConnected ? opener : way())?.focus();
  });
  document.addEventListener('koektrommel:change', follow);
  document.body.append(made);
  dialog.showModal();
  made.setAttribute('open', '');
  // So soon a press may be the second half of a double one, meant for what led here: it answers nothing.
  setTimeout(() => dialog.classList.remove('early'), 400);
  if (isWanted && mine) mine.heed();
  else heading.focus();
}
