/** Scripts of the page that wait for a yes: `<script type="text/plain" data-koek="purpose">`. */

/** The page's own text and addresses go through unchanged: the page itself put them there. */
const rules = { createScript: (text: string) => text, createScriptURL: (address: string) => address };

/** Made when the first script is released: a page without any need not know of it in its Trusted Types policy. */
let policy: typeof rules | undefined;

/** Lets one script run: a placeholder never runs, so a real one takes its place, and so it can run only once. */
function run(placeholder: HTMLScriptElement): void {
  const script = document.createElement('script');
  policy ??= window.trustedTypes?.createPolicy('koektrommel', rules) ?? rules;
  for (const { name, value } of placeholder.attributes) {
    if (name === 'src') script.src = policy.createScriptURL(value);
    else if (name !== 'type' && name !== 'data-koek') script.setAttribute(name, value);
  }
  // Browsers hide the nonce from the attributes.
  script.nonce = placeholder.nonce;
  // Scripts made by a script do not wait for each other; those of a page do.
  script.async = placeholder.async;
  script.text = policy.createScript(placeholder.text);
  placeholder.replaceWith(script);
}

/** Runs the scripts of every purpose that is allowed, and `!purpose` scripts of those withdrawn just now. */
export function release(allows: (id: string) => boolean, withdrawn: (id: string) => boolean): void {
  for (const script of document.querySelectorAll<HTMLScriptElement>('script[type="text/plain"][data-koek]')) {
    const wanted = script.dataset.koek!;
    if (wanted[0] === '!' ? withdrawn(wanted.slice(1)) : allows(wanted)) run(script);
  }
}
