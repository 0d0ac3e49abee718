/** Pages that call something of theirs what a browser, or this script, has a name for. */
import assert from 'node:assert/strict';
import { fixture, press, reopen, test } from './support.mjs';

const LINK = '<a href="/privacy/settings" data-koek-settings>Cookie-instellingen</a>';
const tag = (more = '') => `<script ${more} src="/privacy/koektrommel.js" defer></script>`;

/** What a page may have, and what a browser that is a little older lacks: by its id, an element is a global too. */
const TAKEN = {
  'an element called navigation': ['delete window.navigation', '<nav id="navigation"><a href="/">Begin</a></nav>', tag()],
  'an object of its own called cookieStore': ['delete window.cookieStore; window.cookieStore = { get() {} }', '', tag()],
  'a tag called koektrommel': ['', '', tag('id="koektrommel"')],
};

for (const [name, [script, body, head]] of Object.entries(TAKEN)) {
  test(`${name} keeps nothing from working`, { faults: name.startsWith('a tag') }, async (room) => {
    const { page } = room;
    const waits = '<script type="text/plain" data-koek="display">window.ran = 1</script>';
    await fixture(room, `${body}<main><h1>Proef</h1>${LINK}${waits}</main>`, { tag: false, head: `<script>${script}</script>${head}` });
    await press(page, '#koek-accept');
    await page.waitForFunction(() => window.ran === 1);
    await reopen(page);
    await press(page, '#koek-refuse-all');
    assert.equal(await page.evaluate(() => window.koektrommel.allows('display')), false);
  });
}
