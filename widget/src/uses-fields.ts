/** The fields of a form as text that can be kept, and back. */

import { isPrivate, mayKeep } from './uses-private';

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** What was typed or chosen, by the name of the field. Where a field can have several values: a JSON array of them. */
export type Fields = Readonly<Record<string, string>>;

const isTicked = (field: Field): field is HTMLInputElement => field.type === 'checkbox' || field.type === 'radio';

/** Everything that the page says of a field, for who looks for what must not be kept. */
const words = (field: Field): string[] => [
  field.name,
  field.id,
  ...['aria-label', 'placeholder', 'title'].map((name) => field.getAttribute(name) ?? ''),
  ...[...(field.labels ?? [])].map((label) => label.textContent ?? ''),
];

/** What a page has put into a field of words is the page's: it is neither kept nor overwritten. */
const isOpen = (field: Field): boolean =>
  mayKeep(field.type, field.autocomplete, words(field)) &&
  !field.disabled &&
  !('readOnly' in field && field.readOnly) &&
  !field.closest('[data-koek-remember=off]') &&
  (isTicked(field) || !('defaultValue' in field && field.defaultValue));

/** The fields that can be kept, together where they have one name; none of those that have it, if one cannot. */
function groups(form: HTMLFormElement): Map<string, Field[]> {
  const found = new Map<string, Field[]>();
  const closed = new Set<string>();
  for (const one of form.elements) {
    const field = one as Field;
    const name = field.name || field.id;
    if (!name) continue;
    found.set(name, [...(found.get(name) ?? []), field]);
    if (!isOpen(field)) closed.add(name);
  }
  for (const name of closed) found.delete(name);
  return found;
}

const selected = (field: HTMLSelectElement, is: 'selected' | 'defaultSelected'): string[] => {
  const found = [...field.options].filter((option) => option[is]).map((option) => option.value);
  // A list that shows one line shows its first where nothing else is said.
  return found.length || field.multiple || field.size > 1 ? found : field.options[0] ? [field.options[0].value] : [];
};

const now = (group: readonly Field[]): string[] =>
  group.flatMap((field) => {
    if (field instanceof HTMLSelectElement) return selected(field, 'selected');
    if (isTicked(field)) return field.checked ? field.value : [];
    return field.value;
  });

const first = (group: readonly Field[]): string[] =>
  group.flatMap((field) => {
    if (field instanceof HTMLSelectElement) return selected(field, 'defaultSelected');
    if (isTicked(field)) return field.defaultChecked ? field.value : [];
    return field.type === 'range' || field.type === 'color' ? (field.cloneNode() as HTMLInputElement).value : '';
  });

const isUntouched = (group: readonly Field[]): boolean => JSON.stringify(now(group)) === JSON.stringify(first(group));

/** Can this group have none or several values? */
const isPlural = ([field, another]: readonly Field[]): boolean =>
  field!.type === 'checkbox' || field!.type === 'select-multiple' || (!!another && field!.type !== 'radio');

/** What the visitor typed or chose and may be kept. */
export function typed(form: HTMLFormElement): Fields {
  const found: Record<string, string> = {};
  for (const [name, group] of groups(form)) {
    const values = now(group);
    if (isUntouched(group) || values.some(isPrivate)) continue;
    found[name] = isPlural(group) ? JSON.stringify(values) : (values[0] ?? '');
  }
  return found;
}

function values(group: readonly Field[], text: string): string[] {
  if (!isPlural(group)) return [text];
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.map(String) : [];
  } catch {
    return [];
  }
}

/** Puts back what was kept, and tells the page's own listeners. Returns how many fields were filled. */
export function fill(form: HTMLFormElement, fields: Fields): number {
  let count = 0;
  for (const [name, group] of groups(form)) {
    const text = fields[name];
    // What the browser or the page has filled in meanwhile stays.
    if (text === undefined || !isUntouched(group)) continue;
    const wanted = values(group, text);
    const changed = group.filter((field, at) => {
      const before = JSON.stringify(now([field]));
      if (field instanceof HTMLSelectElement) {
        // A value that the list no longer has would leave it empty.
        const known = [...field.options].filter((option) => wanted.includes(option.value));
        if (known.length) for (const option of field.options) option.selected = known.includes(option);
      } else if (isTicked(field)) field.checked = wanted.includes(field.value);
      else field.value = wanted[at] ?? '';
      return JSON.stringify(now([field])) !== before;
    });
    if (changed.length) count++;
    // Of radio buttons, browsers tell only the one that is chosen.
    for (const field of changed.filter((one) => one.type !== 'radio' || (one as HTMLInputElement).checked)) {
      for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, { bubbles: true }));
    }
  }
  return count;
}
