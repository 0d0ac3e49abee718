/** The settings' own script: fetched when used and only then, kept out of the way when it cannot be had. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { close, escape, fixture, logSize, NOTHING, press, quiet, ready, reopen, stored, test, until, visit } from './support.mjs';

/** The parts of the script are named by their hashes; the page's own tag names none. */
const PART = /\/privacy\/koektrommel\.[0-9a-f]{16}\.[a-z]+\.js$/;
const NOTICE = /\/privacy\/api\/v1\/notice\?/;

/** The addresses under the mount that the page has asked for. */
function watch(context) {
  const asked = [];
  context.on('request', (request) => {
    if (request.url().includes('/privacy/')) asked.push(request.url());
  });
  return asked;
}

/** A page without any form that remembers. */
const PLAIN = '<main><h1>Proef</h1><a href="/privacy/settings" data-koek-settings>Cookie-instellingen</a></main>';

test('a first visit takes one request; the settings come when they are wanted, and once', async (room) => {
  const { page, context } = room;
  const asked = watch(context);
  await fixture(room, PLAIN);
  await page.waitForSelector('#koek-banner');
  // The last thing that the widget does by itself.
  await page.waitForSelector('#koek-banner [role=status]:not(:empty)', { state: 'attached' });
  await quiet(page);
  assert.equal(asked.length, 1, asked.join(' '));
  await page.click('#koek-choose');
  await page.waitForSelector('#koek-display', { state: 'attached' });
  await escape(page);
  await page.click('#koek-choose');
  await page.waitForSelector('#koek-display', { state: 'attached' });
  await quiet(page);
  const count = (mark) => asked.filter((one) => mark.test(one)).length;
  assert.equal(count(PART), 2, 'the dialog, and the display controls in it');
  assert.equal(count(NOTICE), 1);
  assert.equal(count(/\/api\/v1\/preferences\?/), 1);
  assert.deepEqual(await stored(page, context), NOTHING);
});

test('what the server sends is as small as promised', async (room) => {
  const { page, address } = room;
  const size = async (path) => {
    const answer = await fetch(address + path, { headers: { 'accept-encoding': 'br' } });
    assert.equal(answer.headers.get('content-encoding'), 'br');
    return Number(answer.headers.get('content-length'));
  };
  const asked = watch(page.context());
  await fixture(room, PLAIN);
  await page.click('#koek-choose');
  await page.waitForSelector('#koek-display', { state: 'attached' });
  // The script in each language, by both ways to it, and the parts.
  const parts = asked.filter((one) => PART.test(one)).map((one) => new URL(one).pathname);
  assert.equal(parts.length, 2);
  for (const path of ['/privacy/koektrommel.js', '/privacy/koektrommel.js?lang=nl', '/privacy/koektrommel.js?lang=en', ...parts]) {
    const bytes = await size(path);
    assert.ok(bytes > 1000 && bytes <= 6000, `${path}: ${bytes} B`);
  }
});

test('the notice that the sizes are measured with is the one of the example', async ({ address }) => {
  const kept = JSON.parse(await readFile(new URL('../../widget/test/notice.nl.json', import.meta.url), 'utf8'));
  const answer = await fetch(`${address}/privacy/api/v1/notice?site=wsn&lang=nl`);
  assert.deepEqual(kept, await answer.json());
});

test('settings that cannot be had: the page of the server instead', { faults: true }, async (room) => {
  const { page, context, address } = room;
  await context.route(PART, (route) => route.fulfill({ status: 404, body: '' }));
  await visit(room);
  await page.click('#koek-choose');
  await page.waitForURL(`${address}/privacy/settings**`);
});

test('after a choice: settings that cannot be had ask again, then lead to the page', { faults: true }, async (room) => {
  const { page, context, address, seen } = room;
  await visit(room);
  await press(page, '#koek-accept');
  await context.route(PART, (route) => route.abort());
  await page.locator('[data-koek-settings]').first().click();
  await page.waitForSelector('#koek-banner');
  await press(page, '#koek-refuse');
  assert.equal(seen.posts.at(-1).control, 'refuse');
  assert.deepEqual(await page.evaluate(() => window.koektrommel.choices()), { preferences: false, display: false });
  await page.locator('[data-koek-settings]').first().click();
  await page.click('#koek-choose');
  await page.waitForURL(`${address}/privacy/settings**`);
});

test("the settings' words are not in the script: they are fetched when they are wanted, once", async (room) => {
  const { page, context, address, seen } = room;
  const asked = watch(context);
  const script = await (await fetch(`${address}/privacy/koektrommel.js`)).text();
  const { texts, purposes } = await (await fetch(`${address}/privacy/api/v1/notice?site=wsn&lang=nl`)).json();
  const carried = /^(banner|confirm|status)\.|^button\.(refuse|accept|choose|close)$|^settings\.link$/;
  const [own, others] = [true, false].map((is) => Object.keys(texts).filter((key) => carried.test(key) === is));
  assert.deepEqual(own.filter((key) => !script.includes(JSON.stringify(texts[key]))), [], 'the banner has its words at once');
  const words = new Set(own.map((key) => texts[key]));
  assert.deepEqual(others.filter((key) => !words.has(texts[key]) && script.includes(JSON.stringify(texts[key]))), []);
  assert.deepEqual(purposes.filter(({ text }) => script.includes(text)), []);
  assert.ok(others.length > 15);

  await fixture(room, PLAIN);
  await page.waitForSelector('#koek-banner');
  await quiet(page);
  assert.equal(asked.filter((one) => NOTICE.test(one)).length, 0);
  await page.click('#koek-choose');
  await page.waitForSelector('#koek-settings[open]');
  assert.equal(asked.filter((one) => NOTICE.test(one)).length, 1);
  assert.equal(await page.textContent('#koek-settings h2'), texts['settings.title']);
  assert.match(await page.textContent('#koek-t-display'), /hoe de website eruitziet/);
  await page.check('#koek-p-display');
  await press(page, '#koek-save');
  assert.deepEqual(seen.posts[0].choices, { preferences: false, display: true });
});

test('a page in another language than the script has its small button too, which has the focus back', async (room) => {
  const { page } = room;
  await fixture(room, '<main><h1>Test</h1></main><script src="/privacy/koektrommel.js" data-lang="en"></script>', { tag: false });
  await press(page, '#koek-refuse');
  assert.equal(await page.textContent('#koek-open'), 'Cookie settings');
  // A program, or a browser that gives no focus to what is clicked.
  await page.evaluate(() => (document.activeElement.blur(), document.getElementById('koek-open').click()));
  await page.waitForSelector('#koek-settings[open]');
  await escape(page);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'koek-open');
});

test('a part that cannot be had is not asked for again and again', { faults: true }, async (room) => {
  const { page, context } = room;
  let asked = 0;
  await context.route('**/*.reopen.js', (route) => (asked++, route.abort()));
  await fixture(room, '<main><h1>Proef</h1></main>');
  await press(page, '#koek-refuse');
  await until('it is asked for', () => asked, 1);
  await page.evaluate(async () => {
    for (let frame = 0; frame < 30; frame++) {
      document.body.append(document.createElement('b'));
      await new Promise(requestAnimationFrame);
    }
  });
  await quiet(page);
  assert.equal(asked, 1);
});

test('data-lang and data-site on the tag are asked for and sent', async (room) => {
  const { page, context, address, seen } = room;
  const asked = watch(context);
  const tag = (attributes) =>
    `<main><h1>Proef</h1></main><script src="/privacy/koektrommel.js" ${attributes}></script>`;
  await fixture(room, tag('data-site="wsn" data-lang="en"'), { tag: false });
  await page.waitForSelector('#koek-banner');
  assert.equal(await page.getAttribute('#koek-banner', 'lang'), 'en');
  assert.match(asked.find((one) => NOTICE.test(one)), /\?site=wsn&lang=en$/);
  const link = await page.getAttribute('#koek-banner a', 'href');
  assert.equal(link, `${address}/privacy/cookies?site=wsn&lang=en`, 'the next page is of the same site and language');
  await press(page, '#koek-refuse');
  assert.equal(seen.posts[0].site, 'wsn');
  assert.equal(seen.posts[0].language, 'en');
  assert.equal(await logSize(address), 1);
});

test('a site the server does not know: no question, no choice, and the page goes on', { faults: true }, async (room) => {
  const { page, seen } = room;
  await fixture(room, '<main><h1>Proef</h1></main><script src="/privacy/koektrommel.js" data-site="elsewhere"></script>', { tag: false });
  await quiet(page);
  assert.equal(await page.locator('#koek-banner, #koek-reopen').count(), 0);
  assert.deepEqual(seen.posts, []);
});

test('a page without a way back gets a small button, and only then', async (room) => {
  const { page } = room;
  await fixture(room, '<main><h1>Proef</h1></main>');
  await page.waitForSelector('#koek-banner');
  await quiet(page);
  assert.equal(await page.locator('#koek-reopen').count(), 0, 'the question itself leads to the settings');
  await press(page, '#koek-refuse');
  assert.equal(await page.textContent('#koek-open'), 'Cookie-instellingen');
  assert.equal(await page.locator('#koek-reopen').count(), 1);
  await close(page);
  await page.click('#koek-open');
  await page.waitForSelector('#koek-settings[open]');
  await escape(page);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'koek-open');
});

test('a link in a placeholder is no way back: it goes with the placeholder', async (room) => {
  const { page } = room;
  await fixture(room, '<main><h1>Proef</h1><iframe data-koek="display" data-src="/privacy/cookies" title="Film" width="400" height="300"></iframe></main>');
  await page.waitForSelector('.koek-embed [data-koek-settings]');
  await press(page, '#koek-refuse');
  await close(page);
  await page.waitForSelector('#koek-open');
  // A page that swaps its content takes the button along, and the placeholder is there by now.
  await page.evaluate(() => document.getElementById('koek-reopen').remove());
  await page.waitForSelector('#koek-open');
});

test('a link that the page follows itself, or that is opened in a new tab, opens no settings', async (room) => {
  const { page, context, address } = room;
  await fixture(
    room,
    `<main><h1>Proef</h1><a id="new" href="/privacy/settings" data-koek-settings>Cookies</a>
     <a id="own" href="/privacy/settings" data-koek-settings onclick="event.preventDefault()">Cookies</a></main>`,
  );
  await press(page, '#koek-refuse');
  await page.click('#own');
  const opened = context.waitForEvent('page');
  await page.click('#new', { modifiers: ['Control'] });
  const other = await opened;
  await other.waitForURL(`${address}/privacy/settings`);
  await other.close();
  await quiet(page);
  assert.equal(await page.locator('#koek-settings').count(), 0);
  await page.click('#new');
  await page.waitForSelector('#koek-settings[open]');
});

test('a page with a way back of its own gets none', async (room) => {
  const { page } = room;
  await visit(room);
  await ready(page);
  assert.equal(await page.locator('#koek-reopen').count(), 0);
  await press(page, '#koek-refuse');
  await reopen(page);
});
