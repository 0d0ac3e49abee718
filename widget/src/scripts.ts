/** Scripts of the page that wait for a yes: `<script type="text/plain" data-koek="purpose">`. */

/** The page's own text and addresses go through unchanged: the page itself put them there. */
const rules = { createScript: (text: string) => text, createScriptURL: (address: string) => address };

/** Made when the first script is released: a page without any need not know of it in its Trusted Types policy. */
let policy: typeof rules | undefined;

/** What ran in this document, by address or text: a page that swaps its content must not run it again. */
const ran = new Set<string>();

/**
 * Lets one script run. A placeholder never runs, so a real one does, in its place, and leaves when it has: a page
 * that is copied and put back holds placeholders only.
 */
function run(placeholder: HTMLScriptElement, source: string | undefined): void {
  const script = document.createElement('script');
  policy ??= window.trustedTypes?.createPolicy('koektrommel', rules) ?? rules;
  for (const { name, value } of placeholder.attributes) {
    if (name !== 'type' && name !== 'src') script.setAttribute(name, value);
  }
  script.type = placeholder.dataset.type ?? '';
  // Browsers hide the nonce from the attributes.
  script.nonce = placeholder.nonce;
  // Scripts made by a script do not wait for each other; those of a page do.
  script.async = placeholder.async;
  script.text = policy.createScript(placeholder.text);
  if (source) {
    script.src = policy.createScriptURL(source);
    script.onload = script.onerror = () => script.remove();
  }
  placeholder.before(script);
  if (!source) script.remove();
}

/** Runs the scripts whose purposes are all allowed, each once, and `!purpose` scripts of those withdrawn just now. */
export function release(allows: (id: string) => boolean, withdrawn: (id: string) => boolean): void {
  // Two that are alike on one page are both meant; one that is there again later is not.
  const before = new Set(ran);
  for (const script of document.querySelectorAll<HTMLScriptElement>('script[type="text/plain"][data-koek]')) {
    const wanted = script.dataset.koek!;
    const source = script.src || script.dataset.src;
    const key = source || script.text;
    if (wanted[0] === '!' ? withdrawn(wanted.slice(1)) : !before.has(key) && wanted.split(/[ ,]+/).every(allows)) {
      ran.add(key);
      run(script, source);
    }
  }
}
