/** Pages that change without being loaded: nothing runs twice, and nothing of ours is lost. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fixture, press, quiet, require, test } from './support.mjs';

/** What swaps a page's body, and what a body must say for it. */
const LIBRARIES = {
  Turbo: { script: await readFile(require.resolve('@hotwired/turbo').replace(/[^/]*$/, 'turbo.es2017-umd.js'), 'utf8'), body: '' },
  htmx: { script: await readFile(require.resolve('htmx.org/dist/htmx.min.js'), 'utf8'), body: ' hx-boost="true"' },
};

// As the guide says, for pages with htmx.
const LINK = '<a href="/privacy/settings" data-koek-settings hx-boost="false">Cookie-instellingen</a>';
const SCRIPTS = `<script type="text/plain" data-koek="choice">window.inline = (window.inline ?? 0) + 1</script>
  <script type="text/plain" data-koek="choice" src="/own/a.js"></script>`;
const page2 = (link) => `<main><h1>Twee</h1>${link}${SCRIPTS}
  <script type="text/plain" data-koek="choice">window.second = (window.second ?? 0) + 1</script>
  <iframe title="Kaart" data-koek="display" data-src="/own/frame"></iframe><a id="home" href="/one">terug</a></main>`;

/** Two pages with such a library; the second with or without a way back of its own. */
async function site({ context, address, page }, name, link) {
  const library = LIBRARIES[name];
  const html = (body) =>
    `<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Proef</title><script src="/own/library.js"></script>
     <script src="/privacy/koektrommel.js" defer></script></head><body${library.body}>${body}</body></html>`;
  await context.route(`${address}/own/*`, (route) => {
    const name = new URL(route.request().url()).pathname;
    const body = { '/own/library.js': library.script, '/own/a.js': 'window.file = (window.file ?? 0) + 1', '/own/frame': '<title>x</title>' }[name];
    return route.fulfill({ contentType: name.endsWith('js') ? 'text/javascript' : 'text/html', body });
  });
  await context.route(`${address}/one`, (route) =>
    route.fulfill({ contentType: 'text/html', body: html(`<main><h1>Een</h1>${link}${SCRIPTS}<a id="on" href="/two">verder</a></main>`) }));
  await context.route(`${address}/two`, (route) => route.fulfill({ contentType: 'text/html', body: html(page2(link)) }));
  await page.goto(`${address}/one`);
  await page.waitForSelector('#koek-banner');
  await page.evaluate(() => (window.sameDocument = true));
}

const counts = (page) => page.evaluate(() => [window.inline, window.file, window.second]);

/** Waits until one of these is there, and it is one that is listened to: not a copy that came with a body. */
const one = (page, id) =>
  page.waitForFunction((id) => document.querySelectorAll(id).length === 1 && document.querySelector(id).shadowRoot, id);

/** Goes on by a link, until the new body is there and everything in it has been looked at. */
async function go(page, link, there) {
  await page.click(link);
  await page.waitForSelector(there);
  await quiet(page);
}

for (const name of Object.keys(LIBRARIES)) test(`${name} swaps the body: the banner stays, new content is found, nothing runs twice`, async (room) => {
  const { page } = room;
  await site(room, name, LINK);
  await page.waitForFunction(() => window.file === 1);
  await quiet(page);
  assert.deepEqual(await counts(page), [1, 1, undefined]);
  await go(page, '#on', '.koek-embed');
  assert.equal(await page.evaluate(() => window.sameDocument), true, 'one document');
  assert.deepEqual(await counts(page), [1, 1, 1]);
  await one(page, '#koek-banner');
  // Back to a page that was copied: with the banner in it, which would be dead.
  await page.goBack();
  await page.waitForSelector('#on');
  await quiet(page);
  await one(page, '#koek-banner');
  await press(page, '#koek-accept');
  assert.equal(await page.locator('#koek-banner').count(), 0);
  await page.waitForSelector('#koek-confirm');
  await go(page, '#on', '#home');
  await page.waitForFunction(() => document.querySelector('iframe')?.getAttribute('src') === '/own/frame');
  // The frame is released at once, the confirmation comes back in the next frame of the browser.
  await one(page, '#koek-confirm');
  await page.locator('[data-koek-settings]').first().click();
  await page.waitForSelector('#koek-settings[open]');
  await page.keyboard.press('Escape');
  await page.waitForSelector('#koek-settings', { state: 'detached' });
  await go(page, '#home', '#on');
  assert.deepEqual(await counts(page), [1, 1, 1]);
});

for (const name of Object.keys(LIBRARIES)) test(`${name}: the small button comes back with each body, once, and works`, async (room) => {
  const { page } = room;
  await site(room, name, '');
  await press(page, '#koek-refuse');
  for (const [click, there] of [['#on', '#home'], ['#home', '#on'], ['#on', '#home']]) {
    await go(page, click, there);
    await one(page, '#koek-reopen');
  }
  await page.click('#koek-open');
  await page.waitForSelector('#koek-settings[open]');
});

test('an app of its own: what is put in later is released, a later link opens the settings', async (room) => {
  const { page, context, address } = room;
  await context.route(`${address}/own/*`, (route) => route.fulfill({ contentType: 'text/javascript', body: 'window.file = (window.file ?? 0) + 1' }));
  await fixture(room, '<main id="app"><h1>Een</h1></main>');
  await page.waitForSelector('#koek-banner');
  const put = async (html, path) => {
    await page.evaluate(([html, path]) => {
      history.pushState(null, '', path);
      document.getElementById('app').innerHTML = html;
    }, [html, path]);
    await quiet(page);
  };
  await put(page2(LINK), '/app/two');
  await page.waitForSelector('.koek-embed');
  await page.waitForFunction(() => window.file === 1);
  assert.deepEqual(await counts(page), [1, 1, 1]);
  await put('<h1>Een</h1>', '/app/one');
  await page.waitForFunction(() => !document.querySelector('.koek-embed'));
  await press(page, '#koek-accept');
  await put(page2(LINK), '/app/two');
  await page.waitForFunction(() => document.querySelector('iframe')?.getAttribute('src') === '/own/frame');
  assert.deepEqual(await counts(page), [1, 1, 1]);
  await page.locator('main [data-koek-settings]').click();
  await page.waitForSelector('#koek-settings[open]');
});

test('nothing is looked for when nothing of ours comes in', async (room) => {
  const { page } = room;
  await fixture(room, `<main id="app"><h1>Een</h1>${LINK}</main>`);
  await page.waitForSelector('#koek-banner');
  await quiet(page);
  const looked = await page.evaluate(async () => {
    let asked = 0;
    const frame = window.requestAnimationFrame;
    window.requestAnimationFrame = (task) => (asked++, frame.call(window, task));
    // Observers are told before the next task, and what is asked for is done in the next frame.
    const passed = () => new Promise((done) => setTimeout(() => frame.call(window, () => frame.call(window, () => setTimeout(done)))));
    for (let i = 0; i < 200; i++) document.getElementById('app').append(Object.assign(document.createElement('p'), { textContent: i }));
    await passed();
    const idle = asked;
    for (let i = 0; i < 20; i++) document.getElementById('app').insertAdjacentHTML('beforeend', '<script type="text/plain" data-koek="display"></' + 'script>');
    await passed();
    return [idle, asked];
  });
  assert.deepEqual(looked, [0, 1], 'one look for all that came at once');
});
