/** The marks of other tools, told in ours, so that a site that moves here changes one tag. No browser objects. */

/** What an element waits for, in our words; nothing where no tool that we know has marked it. */
export interface Marked {
  /** The other tool's names for it: all of them must be allowed. `!name` runs on withdrawal. */
  readonly names: readonly string[];
  /** Where its address stands, if not in `data-src`. */
  readonly source?: string;
}

/** The names in a mark, however they are spaced; where there are none, one that nothing is called. */
export const named = (text: string): string[] => text.match(/[^\s,]+/g) ?? [''];

/** Reads the marks of an element; `get` tells an attribute. */
export function marks(get: (name: string) => string | null): Marked | undefined {
  // Cookiebot; `ignore` tells it to leave a script alone that runs already.
  const bot = get('data-cookieconsent');
  if (bot !== null) {
    const names = named(bot);
    return names.includes('ignore') ? undefined : { names, source: 'data-cookieblock-src' };
  }
  // vanilla-cookieconsent and Complianz name a category, Klaro a service; a service alone is finer than we ask.
  const name = get('data-category') ?? get('data-name');
  if (name === null) return undefined;
  // Complianz has one for scripts and images, and another for frames.
  const source = ['data-cmplz-src', 'data-src-cmplz'].find((one) => get(one) !== null);
  return { names: named(name), ...(source && { source }) };
}

/**
 * What the other tool's names are called here, in a list as `data-koek` takes it; undefined where one of them is
 * neither in the site's table nor a purpose: then nothing may be released.
 */
export function purposes(
  names: readonly string[],
  aliases: Readonly<Record<string, string>>,
  isPurpose: (id: string) => boolean,
): string | undefined {
  const ours = names.map((name) => {
    const bare = name.replace('!', '');
    return (name === bare ? '' : '!') + (aliases[bare] ?? bare);
  });
  return ours.length && ours.every((id) => isPurpose(id.replace('!', ''))) ? ours.join(' ') : undefined;
}
