/** What waits for a yes besides scripts: frames with their placeholder, images, style sheets. */
import assert from 'node:assert/strict';
import { answers, audit, fixture, logSize, NOTHING, press, quiet, ready, reopen, stored, test, until } from './support.mjs';

const OTHER = 'https://video.example';

/** Serves another host's pages, so that what is asked of it can be counted without leaving this machine. */
async function elsewhere({ context, seen }) {
  const asked = [];
  await context.route(`${OTHER}/**`, (route) => {
    asked.push(new URL(route.request().url()).pathname);
    return route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Film</title><p>Film' });
  });
  return { asked, done: () => (seen.foreign = seen.foreign.filter((one) => !one.startsWith(OTHER))) };
}

const LINK = '<a href="/privacy/settings" data-koek-settings>Cookie-instellingen</a>';
const frame = (more = '', purpose = 'preferences') =>
  `<iframe data-koek="${purpose}" data-src="${OTHER}/film" title="Film over de wijk" ${more}></iframe>`;

/** Where everything in the page is. */
const layout = (page) =>
  page.$$eval('main > *:not(.koek-embed)', (all) =>
    all.map((one) => [one.tagName, ...['x', 'y', 'width', 'height'].map((part) => Math.round(one.getBoundingClientRect()[part]))]),
  );

/** Adds up the layout shifts of a page from its beginning; what the widget does in its own boxes is not the page. */
const SHIFTS = `<script>window.shifted = 0; new PerformanceObserver((list) => {
  const inPage = ({ node }) => (node?.closest ? node : node?.parentElement)?.closest('main');
  for (const one of list.getEntries()) if (one.sources.some(inPage)) shifted += one.value;
}).observe({ type: 'layout-shift', buffered: true });</script>`;

test('a frame waits behind a placeholder of its own size, is shown once, and asks again on the next view', async (room) => {
  const { page, context, seen, address } = room;
  const other = await elsewhere(room);
  await fixture(room, `${SHIFTS}<main><h1>Proef</h1>${LINK}<p>Voor</p>${frame('width="480" height="300"')}<p>Na</p>${frame('width="480" height="300"')}</main>`);
  const before = await layout(page);
  await page.waitForSelector('.koek-embed');
  assert.deepEqual(await layout(page), before, 'the page moved');
  const box = (one) => one.evaluate((node) => Object.values(node.getBoundingClientRect().toJSON()).map(Math.round));
  assert.deepEqual(await box(page.locator('.koek-embed').first()), await box(page.locator('iframe').first()));
  const words = await page.locator('.koek-embed p').first().textContent();
  assert.match(words, /video\.example/);
  assert.match(words, /Uw voorkeuren/);
  assert.equal(await page.locator('.koek-embed').first().getAttribute('aria-label'), 'Film over de wijk');
  await audit(page, 'with placeholders');
  await quiet(page);
  assert.deepEqual(other.asked, []);

  await page.evaluate(() => document.querySelector('.koek-embed button').click());
  await quiet(page);
  assert.deepEqual(other.asked, [], 'a program cannot show it');
  await page.getByRole('button', { name: 'Nu één keer tonen' }).first().click();
  await page.frameLocator('iframe >> nth=0').getByText('Film').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement === document.querySelector('iframe')), true, 'focus');
  assert.equal(await page.locator('.koek-embed').count(), 1, 'the other one still waits');
  await quiet(page);
  assert.deepEqual(await layout(page), before);
  assert.equal(await page.evaluate(() => window.shifted), 0);
  assert.deepEqual(seen.posts, []);
  assert.equal(await logSize(address), 0);
  assert.deepEqual(await stored(page, context), NOTHING);
  await page.reload();
  await page.waitForSelector('.koek-embed');
  assert.equal(await page.locator('.koek-embed').count(), 2);
  await quiet(page);
  assert.deepEqual(other.asked, ['/film']);
  other.done();
});

test('in English the placeholder speaks English, also with the script in Dutch', async (room) => {
  const { page, context, address, seen } = room;
  const other = await elsewhere(room);
  const html = `<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Test</title>
    <script src="/privacy/koektrommel.js" defer></script></head><body><main><h1>Test</h1>${LINK}${frame('width="480" height="300"')}</main></body></html>`;
  await context.route(`${address}/english`, (route) => route.fulfill({ contentType: 'text/html', body: html }));
  await page.goto(`${address}/english`);
  await page.waitForSelector('.koek-embed');
  assert.equal(await page.getAttribute('.koek-embed', 'lang'), 'en');
  assert.match(await page.textContent('.koek-embed p'), /^This part comes from video\.example\..* Your preferences\.$/);
  assert.deepEqual(await page.$$eval('.koek-embed button, .koek-embed a', (all) => all.map((one) => one.textContent)), ['Show once now', 'Always show', 'Cookie settings']);
  await audit(page, 'in English');
  await press(page, '.koek-embed button:has-text("Always show")');
  assert.deepEqual([seen.posts[0].language, seen.posts[0].choices], ['en', { preferences: true }]);
  other.done();
});

test('always is a decision on that purpose alone; a no brings the placeholder back', async (room) => {
  const { page, seen } = room;
  const other = await elsewhere(room);
  await fixture(
    room,
    `${SHIFTS}<main><h1>Proef</h1>${LINK}<div style="width:60%;max-width:500px">${frame('style="width:100%;aspect-ratio:16/9;border:0"')}</div>
     <p>Na</p>${frame('', 'display')}</main>`,
  );
  await page.waitForSelector('.koek-embed');
  const before = await layout(page);
  await page.evaluate(() => document.querySelectorAll('.koek-embed button')[1].click());
  await quiet(page);
  assert.deepEqual(seen.posts, [], 'a program cannot accept');
  await press(page, '.koek-embed >> nth=0 >> button:has-text("Altijd tonen")');
  assert.equal(seen.posts[0].layer, 'page');
  assert.deepEqual(seen.posts[0].choices, { preferences: true });
  assert.deepEqual(await answers(page), { preferences: true });
  await page.frameLocator('iframe >> nth=0').getByText('Film').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'IFRAME');
  assert.equal(await page.locator('.koek-embed').count(), 1);
  // Nothing was said of the other purpose: it is still asked, and alone on the next page.
  const asked = () => page.$$eval('#koek-banner li', (all) => all.map((one) => one.textContent));
  await page.waitForFunction(() => document.querySelectorAll('#koek-banner li').length === 1);
  assert.deepEqual(await asked(), ['Uw weergave']);
  assert.equal(await page.locator('#koek-confirm').count(), 0);
  await audit(page, 'after always');

  await page.reload();
  await page.frameLocator('iframe >> nth=0').getByText('Film').waitFor();
  await page.waitForSelector('.koek-embed');
  assert.equal(await page.locator('.koek-embed').count(), 1);
  await page.waitForSelector('#koek-banner');
  const [left, ...others] = await asked();
  assert.match(left, /Uw weergave/);
  assert.deepEqual(others, []);
  await press(page, '#koek-refuse');
  assert.deepEqual(seen.posts[1].choices, { preferences: true, display: false }, 'what was granted stays');
  await press(page, '.koek-embed >> button:has-text("Altijd tonen")');
  assert.deepEqual(seen.posts[2].choices, { preferences: true, display: true });
  assert.match(await page.textContent('#koek-done'), /Uw voorkeuren.*Uw weergave/);

  await reopen(page);
  await page.uncheck('#koek-p-display');
  await page.uncheck('#koek-p-preferences');
  await press(page, '#koek-save');
  await page.waitForFunction(() => document.querySelectorAll('.koek-embed').length === 2);
  assert.equal(await page.locator('iframe').first().getAttribute('src'), null);
  await until('the film is gone', () => page.frames().filter((one) => one.url().startsWith(OTHER)).length, 0);
  await quiet(page);
  assert.deepEqual(await layout(page), before);
  assert.equal(await page.evaluate(() => window.shifted), 0);
  other.done();
});

test('a placeholder stays on its frame when the window changes, in the dark and in forced colours', { context: { colorScheme: 'dark' } }, async (room) => {
  const { page } = room;
  const other = await elsewhere(room);
  const rules = '<style>.film{position:relative;padding-bottom:56%} .film iframe{position:absolute;inset:0;width:100%;height:100%} button,p{color:red!important;font-size:5px}</style>';
  await fixture(room, `${rules}<main><h1>Proef</h1>${LINK}<div class="film">${frame()}</div><div style="text-align:center">${frame('width="300"')}</div></main>`);
  await page.waitForSelector('.koek-embed');
  for (const width of [1200, 700]) {
    await page.setViewportSize({ width, height: 900 });
    await page.waitForFunction(() =>
      [...document.querySelectorAll('iframe')].every((one) => {
        const [a, b] = [one.getBoundingClientRect(), one.nextElementSibling.getBoundingClientRect()];
        return ['x', 'y', 'width', 'height'].every((part) => Math.abs(a[part] - b[part]) < 1.5);
      }),
    );
  }
  const look = () => page.$eval('.koek-embed button', (one) => getComputedStyle(one).cssText || JSON.stringify([getComputedStyle(one).color, getComputedStyle(one).fontSize, getComputedStyle(one).backgroundColor]));
  assert.doesNotMatch(await page.$eval('.koek-embed button', (one) => getComputedStyle(one).color), /255, 0, 0/, 'page rules stay out');
  assert.equal(await page.$eval('.koek-embed button', (one) => getComputedStyle(one).fontSize), '16px');
  await page.$eval('#koek-banner', (one) => one.remove());
  await audit(page, 'dark');
  await page.emulateMedia({ forcedColors: 'active' });
  assert.notEqual(await look(), '');
  other.done();
});

test('images and style sheets come with a yes and go with a no', async (room) => {
  const { page, context, address } = room;
  const dot = Buffer.from('R0lGODlhAQABAAAAACwAAAAAAQABAAA=', 'base64');
  await context.route(`${address}/own/*`, (route) =>
    route.request().url().endsWith('css')
      ? route.fulfill({ contentType: 'text/css', body: 'h1 { color: rgb(1, 2, 3) }' })
      : route.fulfill({ contentType: 'image/gif', body: dot }),
  );
  await fixture(
    room,
    `<link rel="stylesheet" data-koek="display" data-href="/own/a.css"><main><h1>Proef</h1>${LINK}
     <img data-koek="display" data-src="/own/a.gif" data-srcset="/own/b.gif 2x" alt="Kaart" width="40" height="40">
     <video data-koek="display" data-src="/own/film.mp4" data-poster="/own/c.gif" preload="none"></video></main>`,
  );
  await page.waitForSelector('#koek-banner');
  const state = () =>
    page.evaluate(() => [
      getComputedStyle(document.querySelector('h1')).color === 'rgb(1, 2, 3)',
      ...['img', 'video'].flatMap((tag) => ['src', 'srcset', 'poster'].map((name) => document.querySelector(tag).getAttribute(name))),
    ]);
  const off = [false, null, null, null, null, null, null];
  await quiet(page);
  assert.deepEqual(await state(), off);
  await press(page, '#koek-accept');
  await page.waitForFunction(() => getComputedStyle(document.querySelector('h1')).color === 'rgb(1, 2, 3)');
  assert.deepEqual(await state(), [true, '/own/a.gif', '/own/b.gif 2x', null, '/own/film.mp4', null, '/own/c.gif']);
  await page.evaluate(() => window.koektrommel.withdraw());
  await page.waitForFunction(() => getComputedStyle(document.querySelector('h1')).color !== 'rgb(1, 2, 3)');
  assert.deepEqual(await state(), off);
});

test('a page with nothing but scripts fetches the one part that runs them', async (room) => {
  const { page, context } = room;
  const asked = [];
  context.on('request', (request) => asked.push(request.url()));
  await fixture(room, `<main><h1>Proef</h1><script type="text/plain" data-koek="choice">window.ran = 1</script></main>`);
  await page.waitForFunction(() => window.ran === 1);
  await page.waitForSelector('#koek-banner');
  await quiet(page);
  assert.equal(asked.filter((one) => /koektrommel\.[0-9a-f]+\.embeds\.js/.test(one)).length, 1);
  assert.equal(asked.filter((one) => one.includes('/notice')).length, 0);
});

test('a mark is read however its names are spaced; one without a name lets nothing go', async (room) => {
  const { page } = room;
  const marks = [' display', 'display ', 'display,\n  preferences', 'display, preferences,', '', ' , '];
  const all = marks.map((mark, at) => `<script type="text/plain" data-koek="${mark}">ran.push(${at})</script>
    <img data-koek="${mark}" data-src="data:," alt="${at}">`);
  const back = '<script type="text/plain" data-koek=" !display ">ran.push("back")</script>';
  await fixture(room, `<main><h1>Proef</h1>${LINK}<script>window.ran = []</script>${all.join('')}${back}</main>`);
  await press(page, '#koek-accept');
  await page.waitForFunction(() => window.ran.length === 4);
  await quiet(page);
  assert.deepEqual(await page.evaluate(() => window.ran), [0, 1, 2, 3]);
  assert.deepEqual(await page.$$eval('main img[src]', (found) => found.map((one) => one.alt)), ['0', '1', '2', '3']);
  await page.evaluate(() => window.koektrommel.withdraw());
  await page.waitForFunction(() => window.ran[4] === 'back');
});

/** Scripts of every kind; each says its name, and one counts on the file before it. */
const ORDERED = `<main><h1>Proef</h1>${LINK}<script>window.ran = []</script>${[
  ['', "ran.push('one')"],
  ['src="/own/slow.js"', ''],
  ['src="/own/second.js"', ''],
  ['', "ran.push('after ' + slow)"],
  ['async src="/own/free.js"', ''],
  ['data-type="module"', "ran.push('module')"],
  ['src="/own/gone.js"', ''],
  ['src="/own/last.js"', ''],
  ['', "ran.push('two')"],
].map(([how, text]) => `<script type="text/plain" data-koek="display" ${how}>${text}</script>`).join('')}</main>`;

/** That page after a yes, while the slow file is on its way; gives what has run, and lets the file come. */
async function ordered(room) {
  const { page, context, address } = room;
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await context.route(`${address}/own/*`, async (route) => {
    const name = /(\w+)\.js/.exec(route.request().url())[1];
    if (name === 'gone') return route.fulfill({ status: 404, body: '' });
    if (name === 'slow') await held;
    return route.fulfill({ contentType: 'text/javascript', body: `var ${name} = '${name}'; ran.push('${name}')` });
  });
  await fixture(room, ORDERED);
  await ready(page);
  await press(page, '#koek-accept');
  const ran = () => page.evaluate(() => window.ran);
  // What waits for nobody; the module and the file that is async in whichever order.
  await until('what is free has run', async () => (await ran()).toSorted(), ['free', 'module', 'one']);
  return { ran, release };
}

test('scripts run in the order of the page, files and what is written in it mixed', { faults: true }, async (room) => {
  const { page } = room;
  const { ran, release } = await ordered(room);
  release();
  await until('the others have run', async () => (await ran()).slice(3), ['slow', 'second', 'after slow', 'last', 'two']);
  await quiet(page);
  assert.equal((await ran()).length, 8, 'each once');
});

test('a script that waits for a file does not run when a no has come meanwhile', { faults: true }, async (room) => {
  const { page } = room;
  const { ran, release } = await ordered(room);
  await page.evaluate(() => window.koektrommel.withdraw());
  release();
  // What was asked for with a yes has come: what has begun cannot be taken back.
  await until('the files have run', async () => (await ran()).slice(3), ['slow', 'second']);
  await quiet(page);
  assert.equal((await ran()).length, 5, 'and nothing else');
});

test('the cookie table tells what this visitor chose, and follows it', async (room) => {
  const { page } = room;
  await fixture(room, `<main><h1>Proef</h1>${LINK}<div data-koek-table></div></main>`);
  await page.waitForSelector('[data-koek-table] table');
  const rows = () =>
    page.$$eval('[data-koek-table] tbody tr', (all) => Object.fromEntries(all.map((row) => [row.cells[0].textContent, row.cells[3].textContent])));
  assert.equal((await rows())['__Host-koek'], 'Altijd aan');
  assert.equal((await rows())['__Host-koek_display'], 'Uit');
  await audit(page, 'with the table');
  await press(page, '#koek-accept');
  await page.waitForFunction(() => /Aan/.test(document.querySelector('[data-koek-table] tbody').lastChild.textContent));
  assert.equal((await rows())['__Host-koek_display'], 'Aan');
});

for (const width of [320, 360]) {
  test(`on a telephone of ${width} px both buttons of a film are in sight, and the words can be scrolled to`, { context: { viewport: { width, height: 640 } } }, async (room) => {
    const { page } = room;
    const other = await elsewhere(room);
    await fixture(room, `<style>body{margin:6px}</style><main><h1>Proef</h1>${LINK}${frame('style="width:100%;aspect-ratio:16/9;border:0"')}<div data-koek-table></div></main>`);
    await page.waitForSelector('.koek-embed');
    await page.waitForSelector('[data-koek-table] table');
    await quiet(page);
    const [embed, ...pressed] = await page.$$eval('.koek-embed, .koek-embed button', (all) => all.map((one) => one.getBoundingClientRect().toJSON()));
    assert.equal(pressed.length, 2);
    for (const one of pressed) assert.ok(one.top >= embed.top && one.bottom <= embed.bottom && one.height >= 44, JSON.stringify([embed, one]));
    await page.locator('.koek-embed p').evaluate((one) => one.scrollIntoView({ block: 'end' }));
    const [words, end] = [await page.locator('.koek-embed p').boundingBox(), await page.locator('.koek-embed').boundingBox()];
    assert.ok(words.y + words.height <= end.y + end.height + 1);
    // The table scrolls by itself, and leads to where the choice is changed.
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await audit(page, `at ${width} px`);
    await page.click('[data-koek-table] a');
    await page.waitForSelector('#koek-settings[open]');
    other.done();
  });
}
