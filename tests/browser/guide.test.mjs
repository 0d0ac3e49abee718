/** The examples of docs/pages.md, as they stand there. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { escape, fixture, press, quiet, test, until } from './support.mjs';

const guide = await readFile(new URL('../../docs/pages.md', import.meta.url), 'utf8');
const examples = [...guide.matchAll(/^```html\n(.*?)^```$/gms)].map(([, example]) => example);

/** The page of all examples, on a site that has what they name. */
async function open(room) {
  const files = { 'remember.js': 'window.remembered = true', map: '<title>Kaart</title>', 'photo.jpg': '', 'large.css': 'h1{color:red}' };
  const types = { js: 'text/javascript', css: 'text/css', jpg: 'image/jpeg' };
  for (const [name, body] of Object.entries(files)) {
    const contentType = types[name.split('.')[1]] ?? 'text/html';
    await room.context.route(`${room.address}/${name}`, (route) => route.fulfill({ contentType, body }));
  }
  await fixture(room, `<main><h1>Proef</h1>${examples.join('\n')}</main>`);
  await room.page.waitForSelector('#koek-banner');
}

test('before a yes the examples wait, after it they do what the guide says, and a no takes it back', async (room) => {
  const { page } = room;
  assert.equal(examples.length, 7);
  await open(room);
  await page.waitForSelector('.koek-embed');
  await page.waitForSelector('[data-koek-table] tbody tr');
  const waits = () =>
    page.evaluate(() => ({
      external: window.remembered === true,
      both: document.body.classList.contains('remembered'),
      frame: document.querySelector('iframe').hasAttribute('src'),
      image: document.querySelector('img').hasAttribute('src'),
      sheet: document.querySelector('link[data-href]').hasAttribute('href'),
      told: document.documentElement.classList.contains('may-remember'),
    }));
  const all = (value) => ({ external: value, both: value, frame: value, image: value, sheet: value, told: value });
  await quiet(page);
  assert.deepEqual(await waits(), all(false));
  await press(page, '#koek-accept');
  await until('the examples do what waited', waits, all(true));
  await page.waitForSelector('.koek-embed', { state: 'detached' });

  await page.evaluate(() => localStorage.setItem('recent', 'x'));
  await page.evaluate(() => window.koektrommel.withdraw());
  await page.waitForFunction(() => localStorage.getItem('recent') === null);
  await page.waitForSelector('.koek-embed');
  // What has run has run.
  await until('the examples take back what can be', waits, { ...all(false), external: true, both: true });
});

test('what the console is asked tells why something waits', async (room) => {
  const { page } = room;
  await room.context.route(`${room.address}/remember.js`, (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
  await fixture(room, `<main><h1>Proef</h1>${examples.slice(0, 2).join('\n')}<img data-koek="unknown" data-src="/x" alt=""></main>`);
  await page.waitForSelector('#koek-banner');
  const [question] = [...guide.matchAll(/^```js\n(.*?)^```$/gms)].map(([, example]) => example);
  const waits = async () => (await page.evaluate(`(${question.trim().replace(/;$/, '')}).map(([one, ids]) => one.localName + ': ' + ids)`)).sort();
  assert.deepEqual(await waits(), ['img: unknown', 'script: preferences', 'script: preferences,display']);
  await press(page, '#koek-accept');
  await until('only what is no purpose waits', waits, ['img: unknown', 'script: ', 'script: ']);
});

test('the links open the settings, and what was typed and handed on is there on the next page', async (room) => {
  const { page } = room;
  await open(room);
  const kept = page.waitForResponse((one) => one.url().includes('/forms/repair') && one.request().method() === 'PUT');
  await page.fill('[name=what]', 'De kraan lekt');
  await page.locator('[name=what]').blur();
  await kept;
  for (const link of ['[data-koek-settings]', '[data-koek-display]']) {
    await page.click(link);
    await page.waitForSelector('#koek-settings[open]');
    await escape(page);
  }
  // The page hands it on when it is there.
  await quiet(page);
  assert.deepEqual(await page.evaluate(() => window.koektrommel.handoff.take('repair')), { street: 'Dorpsstraat' });
  await open(room);
  await page.waitForFunction(() => document.querySelector('[name=what]').value === 'De kraan lekt');
});
