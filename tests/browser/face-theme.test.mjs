/** A site's own colours: they arrive in both schemes, on the widget and on the pages, and open no door. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { audit, close, fixture, press, serve, test, unfold, visit } from './support.mjs';

const EXAMPLE = fileURLToPath(new URL('../../assets/wsn', import.meta.url));
const THEME = `
[sites.theme]
accent = "#7a1fa2"
background = "#fdf6e3"
text = "#222"
border = "#777"
radius = "0"
font = "Source Sans 3, serif"
[sites.theme_dark]
accent = "#e1bee7"
background = "#101018"
`;
const LIGHT = { text: 'rgb(34, 34, 34)', background: 'rgb(253, 246, 227)', accent: 'rgb(122, 31, 162)', on: 'rgb(253, 246, 227)' };
const DARK = { text: 'rgb(238, 242, 246)', background: 'rgb(16, 16, 24)', accent: 'rgb(225, 190, 231)', on: 'rgb(16, 16, 24)' };

const folder = await mkdtemp(join(tmpdir(), 'koektrommel-theme-'));
after(() => rm(folder, { recursive: true, force: true }));

/** The server of the test, but with this theme. */
async function themed(room) {
  await cp(EXAMPLE, folder, { recursive: true });
  const file = join(folder, 'koektrommel.toml');
  await writeFile(file, (await readFile(file, 'utf8')) + THEME);
  await room.server.stop();
  const server = await serve(room.data, new URL(room.address).port, ['--config', file]);
  Object.assign(room.server, server);
  Object.assign(room, { address: server.address });
}

const colours = (page, id) =>
  page.$eval(id, (one) => {
    const { color, backgroundColor, borderTopColor, borderTopLeftRadius, fontFamily } = getComputedStyle(one);
    return { color, backgroundColor, borderTopColor, borderTopLeftRadius, fontFamily };
  });
const inside = (page, host, selector) =>
  page.$eval(host, (one, what) => {
    const { color, backgroundColor } = getComputedStyle(one.shadowRoot.querySelector(what));
    return [color, backgroundColor];
  }, selector);

test('a theme arrives in the banner, the settings and the confirmation, light and dark', async (room) => {
  const { page, context } = room;
  await themed(room);
  for (const [colorScheme, wanted] of [['light', LIGHT], ['dark', DARK]]) {
    await context.clearCookies();
    await page.emulateMedia({ colorScheme });
    await visit(room);
    assert.deepEqual(await inside(page, '#koek-banner', '.dock'), [wanted.text, wanted.background]);
    const button = { color: wanted.on, backgroundColor: wanted.accent, borderTopColor: wanted.accent, borderTopLeftRadius: '0px', fontFamily: '"Source Sans 3", serif' };
    for (const id of ['#koek-refuse', '#koek-accept', '#koek-choose']) assert.deepEqual(await colours(page, id), button, id);
    await audit(page, `banner ${colorScheme}`);
    await page.click('#koek-choose');
    await unfold(page);
    assert.deepEqual(await inside(page, '#koek-settings', '.dialog'), [wanted.text, wanted.background]);
    assert.deepEqual(await colours(page, '#koek-refuse-all'), await colours(page, '#koek-accept-all'));
    await audit(page, `settings ${colorScheme}`);
    await press(page, '#koek-save');
    assert.deepEqual(await inside(page, '#koek-confirm', '.dock'), [wanted.text, wanted.background]);
    await audit(page, `confirmed ${colorScheme}`);
  }
});

test('what the visitor set comes before the theme, also inside the settings', async (room) => {
  const { page } = room;
  await themed(room);
  await visit(room);
  await page.click('#koek-choose');
  await unfold(page);
  const kept = page.waitForResponse((one) => one.request().method() === 'PUT');
  await page.locator('#koek-display input[value=high]').check();
  await kept;
  const [black, white] = ['rgb(0, 0, 0)', 'rgb(255, 255, 255)'];
  assert.deepEqual(await inside(page, '#koek-settings', '.dialog'), [black, white]);
  const controls = await page.locator('#koek-display').evaluate((one) => {
    const { color, backgroundColor } = getComputedStyle(one.shadowRoot.firstElementChild);
    return [color, backgroundColor];
  });
  assert.deepEqual(controls, [black, white]);
  assert.equal((await colours(page, '#koek-save')).backgroundColor, black);
  await audit(page, 'high contrast');
});

test('with a theme a page still cannot make one answer louder, and the page keeps its own colours', async (room) => {
  const { page } = room;
  await themed(room);
  await visit(room);
  const before = [await colours(page, '#koek-refuse'), await colours(page, '#koek-accept')];
  assert.deepEqual(before[0], before[1]);
  const body = await page.$eval('body', (one) => getComputedStyle(one).getPropertyValue('--koek-accent'));
  assert.equal(body, '', 'the theme is inside the widget');
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`:root { --koek-accent: gold; --koek-background: gold; --koek-on-accent: gold }
      #koek-accept { --koek-accent: gold !important; --ac: gold !important; --koek-on-accent: red !important;
        background: gold !important; color: red !important; border-radius: 99px !important }
      #koek-banner > button:first-of-type { opacity: .2 !important; --koek-background: gold !important }`);
    document.adoptedStyleSheets = [sheet];
  });
  assert.deepEqual([await colours(page, '#koek-refuse'), await colours(page, '#koek-accept')], before);
});

/** Each property of the readme that a page may set, and what it comes to. */
const SET = `:root { --koek-background: rgb(1, 2, 3); --koek-text: rgb(201, 202, 203); --koek-accent: rgb(211, 212, 213); --koek-on-accent: rgb(4, 5, 6);
  --koek-border: rgb(221, 222, 223); --koek-focus: rgb(231, 232, 233); --koek-font: 'Source Sans 3', serif; --koek-radius: 9px }`;
const [FONT, GROUND] = ['"Source Sans 3", serif', ['rgb(201, 202, 203)', 'rgb(1, 2, 3)']];
const PRESSED = { color: 'rgb(4, 5, 6)', backgroundColor: 'rgb(211, 212, 213)', borderTopColor: 'rgb(211, 212, 213)', borderTopLeftRadius: '9px', fontFamily: FONT };

for (const colorScheme of ['light', 'dark']) {
  test(`what a page sets on its root reaches all that is shown where the site has no theme, ${colorScheme}`, async (room) => {
    const { page } = room;
    await page.emulateMedia({ colorScheme });
    const style = (selector, name) => page.locator(selector).evaluate((one, what) => getComputedStyle(one)[what], name);
    const border = (host, selector) => page.$eval(host, (one, what) => getComputedStyle(one.shadowRoot.querySelector(what)).borderTopColor, selector);
    const frame = '<iframe data-koek="display" data-src="/demo/map.nl.html" title="Kaart" width="480" height="320"></iframe>';
    await fixture(room, `<style>${SET}</style><main><h1>Proef</h1>${frame}</main>`);
    await page.waitForSelector('#koek-banner');
    assert.deepEqual(await inside(page, '#koek-banner', '.dock'), GROUND);
    assert.equal(await border('#koek-banner', '.dock'), 'rgb(221, 222, 223)');
    for (const id of ['#koek-refuse', '#koek-accept', '#koek-choose']) assert.deepEqual(await colours(page, id), PRESSED, id);
    assert.equal(await style('#koek-banner a', 'color'), PRESSED.backgroundColor);
    await page.keyboard.press('Tab');
    assert.equal(await style('#koek-banner a:focus', 'outlineColor'), 'rgb(231, 232, 233)');

    await page.waitForSelector('.koek-embed');
    const { borderTopLeftRadius, ...host } = await colours(page, '.koek-embed');
    assert.deepEqual(host, { color: GROUND[0], backgroundColor: GROUND[1], borderTopColor: 'rgb(221, 222, 223)', fontFamily: FONT });
    assert.deepEqual(await colours(page, '.koek-embed button'), PRESSED);
    await page.focus('.koek-embed button');
    assert.equal(await style('.koek-embed button:focus', 'outlineColor'), 'rgb(231, 232, 233)');

    await page.click('#koek-choose');
    await unfold(page);
    assert.deepEqual(await inside(page, '#koek-settings', '.dialog'), GROUND);
    assert.equal(await border('#koek-settings', '.dialog'), 'rgb(221, 222, 223)');
    assert.deepEqual(await colours(page, '#koek-save'), PRESSED);
    await press(page, '#koek-refuse-all');
    assert.deepEqual(await inside(page, '#koek-confirm', '.dock'), GROUND);
    await close(page);
    await page.waitForSelector('#koek-open');
    assert.deepEqual([await style('#koek-open', 'color'), await style('#koek-open', 'fontFamily')], [PRESSED.backgroundColor, FONT]);
  });
}

test('our own pages wear it, paper does not, and axe finds nothing', { faults: true }, async (room) => {
  const { page } = room;
  await themed(room);
  for (const [colorScheme, wanted] of [['light', LIGHT], ['dark', DARK]]) {
    await page.emulateMedia({ colorScheme, media: 'screen' });
    for (const path of ['', '/cookies', '/settings', '/verify', '/settings/erase', '/nowhere']) {
      await page.goto(`${room.address}/privacy${path}`);
      const { color, backgroundColor } = await colours(page, 'body');
      assert.deepEqual([color, backgroundColor], [wanted.text, wanted.background], path);
      await audit(page, `${path} ${colorScheme}`);
    }
    await page.goto(`${room.address}/privacy/settings`);
    assert.equal((await colours(page, 'button[value=refuse]')).backgroundColor, wanted.accent);
    await page.emulateMedia({ media: 'print' });
    assert.deepEqual((await colours(page, 'body')).backgroundColor, 'rgb(255, 255, 255)');
  }
});
