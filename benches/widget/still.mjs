/**
 * A floor that is made of our own banner: the same words, elements and rules, put into the page by a script that does
 * nothing else. What it costs is the look itself; what ours costs above it is what the widget does.
 */

/** Runs in the page before its banner: a sheet does not tell its text as it was written, which is a third of its size. */
function note() {
  const { replaceSync } = CSSStyleSheet.prototype;
  CSSStyleSheet.prototype.replaceSync = function (text) {
    this.written = text;
    return replaceSync.call(this, text);
  };
}

/** Runs in the page that shows the banner. */
function taken() {
  const host = document.querySelector('#koek-banner');
  const rules = host.shadowRoot.adoptedStyleSheets.map(({ written }) => written).join('');
  return [host.innerHTML, host.shadowRoot.innerHTML, rules];
}

/** Runs in the page that is measured. */
function show(words, inside, rules) {
  if (/(^|; )answer=/.test(document.cookie)) return;
  const host = document.createElement('section');
  host.id = 'koek-banner';
  host.popover = 'manual';
  host.innerHTML = words;
  const root = host.attachShadow({ mode: 'open' });
  root.innerHTML = inside;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules);
  root.adoptedStyleSheets = [sheet];
  document.body.prepend(host);
  host.showPopover();
  for (const button of host.querySelectorAll('button')) {
    button.onclick = () => {
      document.cookie = `answer=${button.id};path=/;max-age=15552000`;
      host.remove();
    };
  }
}

/** The script, of the banner that stands in the page at this address. */
export async function still(browser, address) {
  const page = await browser.newPage({ locale: 'nl-NL' });
  try {
    await page.addInitScript(note);
    await page.goto(address);
    await page.waitForSelector('#koek-banner');
    return `(${show})(${JSON.stringify(await page.evaluate(taken)).slice(1, -1)})`;
  } finally {
    await page.close();
  }
}
