/** Scripts of the page that wait for a yes: `<script type="text/plain" data-koek="purpose">`. */

import { named } from './foreign';

/** The page's own text and addresses go through unchanged: the page itself put them there. */
const rules = { createScript: (text: string) => text, createScriptURL: (address: string) => address };

/** Made when the first script is released: a page without any need not know of it in its Trusted Types policy. */
let policy: typeof rules | undefined;

/** What ran in this document, by address or text: a page that swaps its content must not run it again. */
const ran = new Set<string>();

/** A script that may run when its turn comes, if it `may` still. */
interface Due {
  readonly placeholder: HTMLScriptElement;
  readonly source: string | undefined;
  readonly key: string;
  readonly may: () => boolean;
}

/** What waits for a file before it in the page, and how many such files are on their way. */
const queue: Due[] = [];
let underway = 0;

/** As the page has written it: the property is true of every script that a browser has looked at and not run. */
const isAsync = (script: HTMLScriptElement): boolean => script.hasAttribute('async');

/** Does it run whenever it can? Else it has its turn: what is written in a page counts on the files before it. */
const isFree = ({ placeholder, source }: Due): unknown =>
  !/^$|script$/i.test(placeholder.dataset.type ?? '') ||
  (source && (isAsync(placeholder) || placeholder.defer || placeholder.noModule));

/** Runs what has its turn. Files are fetched together, and browsers run them in their order. */
function next(): void {
  for (let due; (due = queue[0]) && (due.source || !underway); ) {
    queue.shift();
    attempt(due);
  }
}

/** Runs it, unless a no has come or it has gone from the page since. */
function attempt(due: Due): void {
  if (due.may() && due.placeholder.isConnected) run(due);
  else ran.delete(due.key);
}

/**
 * Lets one script run. A placeholder never runs, so a real one does, in its place, and leaves when it has: a page
 * that is copied and put back holds placeholders only.
 */
function run(due: Due): void {
  const { placeholder, source } = due;
  const isAwaited = !isFree(due);
  const script = document.createElement('script');
  policy ??= window.trustedTypes?.createPolicy('koektrommel', rules) ?? rules;
  for (const { name, value } of placeholder.attributes) {
    if (name !== 'type' && name !== 'src') script.setAttribute(name, value);
  }
  script.type = placeholder.dataset.type ?? '';
  // Browsers hide the nonce from the attributes.
  script.nonce = placeholder.nonce;
  // Scripts made by a script do not wait for each other; those of a page do.
  script.async = isAsync(placeholder);
  script.text = policy.createScript(placeholder.text);
  if (source) {
    script.src = policy.createScriptURL(source);
    script.onload = script.onerror = () => {
      script.remove();
      if (!isAwaited) return;
      underway--;
      next();
    };
  }
  placeholder.before(script);
  if (!source) script.remove();
  else if (isAwaited) underway++;
}

/** Runs the scripts whose purposes are all allowed, each once, and `!purpose` scripts of those withdrawn just now. */
export function release(allows: (id: string) => boolean, withdrawn: (id: string) => boolean): void {
  // Two that are alike on one page are both meant; one that is there again later is not.
  const before = new Set(ran);
  for (const script of document.querySelectorAll<HTMLScriptElement>('script[type="text/plain"][data-koek]')) {
    const wanted = script.dataset.koek!.trim();
    const source = script.src || script.dataset.src;
    const key = source || script.text;
    const isBack = wanted[0] === '!';
    const may = (): boolean => isBack || named(wanted).every(allows);
    if (isBack ? withdrawn(wanted.slice(1)) : !before.has(key) && may()) {
      ran.add(key);
      const due = { placeholder: script, source, key, may };
      // What takes back waits for nobody.
      if (isBack || isFree(due)) attempt(due);
      else queue.push(due);
    }
  }
  next();
}
