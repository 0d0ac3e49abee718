/**
 * Forms that keep what was typed, so that nobody types it twice in one visit: `<form data-koek-remember>`. Nothing is
 * sent before the visitor types; what is kept is sealed in a cookie that nobody but the server reads.
 */

import { call, type Kit } from './uses-api';
import { fill, typed, type Fields } from './uses-fields';
import { line } from './uses-line';
import { begin } from './uses-settings';

/** How long after the last key what was typed is kept, in milliseconds. */
const PAUSE = 800;

const seen = new WeakSet<HTMLFormElement>();

/** The name under which the server keeps a form: from the mark, the id or the name. */
export const nameOf = (...said: readonly (string | null)[]): string =>
  (said.find((one) => one) ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 32);

/** Takes care of every such form in the page; to be called again when there may be new ones. */
export function remember(kit: Kit): void {
  if (!kit.config.cookie) begin(kit);
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-koek-remember]')) {
    if (seen.has(form)) continue;
    seen.add(form);
    const name = nameOf(...['data-koek-remember', 'id', 'name'].map((one) => form.getAttribute(one)));
    if (name) follow(kit, form, `forms/${name}`);
    else console.warn('koektrommel: a form can only be remembered under a name: data-koek-remember="name"');
  }
}

/** One request after the other: each answer sets the one cookie that holds all forms. */
let last: Promise<unknown> = Promise.resolve();

function follow(kit: Kit, form: HTMLFormElement, path: string): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** What the server has, as far as this page knows. */
  let stored = '{}';
  /** What was in the form before it was cleared. */
  let cleared: Fields = {};
  /** Set while the fields change by our doing. */
  let busy = false;

  const send = (task: () => Promise<unknown>): unknown => (last = last.then(task).catch(report));
  const report = ({ status }: { status?: number }): unknown =>
    say(status === 413 ? 'uses.form.too_large' : status === 422 ? 'uses.form.private' : 'uses.form.not_kept', 'uses.form.clear');
  const halt = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };

  const write = async (): Promise<void> => {
    halt();
    const fields = typed(form);
    const text = JSON.stringify(fields);
    if (text === stored) return;
    stored = text;
    try {
      if (text === '{}') await call(kit, 'DELETE', path);
      else await call(kit, 'PUT', path, { fields });
    } catch (error) {
      // The next change is sent again, though it may come to the same.
      stored = '';
      throw error;
    }
    if (text === '{}') say('');
    else say('uses.form.kept', 'uses.form.clear');
  };
  const forget = (): void => {
    halt();
    stored = '{}';
    send(() => call(kit, 'DELETE', path));
  };
  const put = (fields: Fields): number => {
    busy = true;
    const count = fill(form, fields);
    busy = false;
    return count;
  };

  const say = line(kit, form, (offer) => {
    if (offer === 'uses.form.undo') {
      put(cleared);
      send(write);
    } else {
      cleared = typed(form);
      form.reset();
      say('uses.form.cleared', 'uses.form.undo');
    }
  });

  form.addEventListener('input', () => {
    if (busy) return;
    clearTimeout(timer);
    timer = setTimeout(() => send(write), PAUSE);
  });
  form.addEventListener('change', () => busy || send(write));
  form.addEventListener('reset', () => {
    say('');
    forget();
  });
  // The page's own listeners may still stop it: then the page itself sends, and resets the form when that went well.
  form.addEventListener('submit', (event) =>
    setTimeout(() => {
      if (form.dataset.koekRememberUntil === 'submit' && !event.defaultPrevented) forget();
    }),
  );
  // What was typed just now goes along at once, whatever is still under way.
  const leave = (): unknown => timer && write().catch(report);
  addEventListener('pagehide', leave);
  document.addEventListener('visibilitychange', () => document.hidden && leave());

  send(async () => {
    const { fields } = await (await call(kit, 'GET', path)).json();
    stored = JSON.stringify(fields);
    if (put(fields)) say('uses.form.filled', 'uses.form.clear');
  });
}
