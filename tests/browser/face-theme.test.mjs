/** A site's own colours: they arrive in both schemes, on the widget and on the pages, and open no door. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { audit, press, serve, test, unfold, visit } from './support.mjs';

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
