/** The page's rules do not reach the widget, and the widget's do not reach the page. */
import assert from 'node:assert/strict';
import { add, HOSTILE, look } from './hostile.mjs';
import { close, escape, fixture, press, quiet, test, visit } from './support.mjs';

const BUTTONS = ['#koek-refuse', '#koek-accept', '#koek-choose'];

for (const [name, css] of Object.entries(HOSTILE)) {
  test(`a hostile page, ${name}: nothing of the banner changes, and it works`, async (room) => {
    const { page } = room;
    const ids = ['#koek-banner', '#koek-banner h2', '#koek-banner p', '#koek-banner li', '#koek-banner a', ...BUTTONS];
    await visit(room);
    const before = await look(page, ids);
    await add(page, css);
    // As long as it takes to see something move.
    await page.waitForFunction((since) => document.timeline.currentTime > since + 300, await page.evaluate(() => document.timeline.currentTime));
    assert.deepEqual(await look(page, ids), before);
    await page.click('#koek-choose');
    await page.waitForSelector('#koek-settings[open]');
    for (const id of ['#koek-save', '#koek-refuse-all', '#koek-accept-all', '#koek-p-display']) assert.ok(await page.isVisible(id), id);
    await page.click('label[for=koek-p-display]');
    assert.equal(await page.isChecked('#koek-p-display'), true);
    await press(page, '#koek-save');
    assert.ok(await page.isVisible('#koek-done'));
  });
}

test('nothing of the page lies over the buttons, and a page that moves its body does not move them', async (room) => {
  const { page } = room;
  await visit(room);
  await page.evaluate(() => {
    const over = document.body.appendChild(document.createElement('div'));
    over.id = 'over';
  });
  await add(page, `body { transform: translateX(50px) } #over { position: fixed; inset: 0; z-index: 2147483647; background: red }
    * { z-index: 2147483647 !important }`);
  for (const id of BUTTONS) {
    const hit = await page.$eval(id, (one) => {
      const box = one.getBoundingClientRect();
      return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)?.id;
    });
    assert.equal(`#${hit}`, id);
  }
  const { x, width } = await page.locator('#koek-banner').boundingBox();
  assert.deepEqual([x, width], [0, page.viewportSize().width]);
});

test('no rule of the widget reaches the page, in any state', async (room) => {
  const { page } = room;
  const content = `<main class="words dock buttons"><h1>Proef</h1><section role="region" open><h2>Twee</h2><p class="row">Drie
    <b>vier</b> <a href="/">vijf</a></p><ul><li>zes</li></ul><button slot="solid" class="koek-solid">zeven</button>
    <label>acht <input type="checkbox"></label><dialog open class="dialog">negen</dialog><slot name="a">tien</slot>
    <p role="status"></p></section><a href="/privacy/settings" data-koek-settings>Cookie-instellingen</a></main>`;
  const all = () =>
    page.evaluate(() =>
      [...document.querySelectorAll('html, head, body, main, main *')].map((one) => {
        const style = getComputedStyle(one);
        // The room to scroll at the end, and what is counted from it, is the widget's to change, and told.
        const room = /^(scroll-padding|scrollbar-width|margin|perspective-origin|transform-origin|height|block-size|-webkit)/;
        const kept = [...style].filter((name) => one.localName !== 'html' || !room.test(name));
        return one.localName + kept.map((name) => `${name}:${style.getPropertyValue(name)}`).join(';');
      }),
    );
  await fixture(room, content, { tag: false });
  const before = await all();
  await fixture(room, content, { path: '/with' });
  await page.waitForSelector('#koek-banner');
  await quiet(page);
  assert.deepEqual(await all(), before, 'banner');
  await page.click('#koek-choose');
  await page.waitForSelector('#koek-settings[open]');
  await escape(page);
  await press(page, '#koek-refuse');
  await quiet(page);
  assert.deepEqual(await all(), before, 'confirmed');
  await close(page);
  await page.waitForFunction(() => getComputedStyle(document.documentElement).scrollPaddingBottom === 'auto');
  assert.deepEqual(await all(), before, 'closed');
  assert.equal(await page.getAttribute('html', 'style'), null);
});

test('a page from right to left keeps its direction, and the widget its own', async (room) => {
  const { page } = room;
  await visit(room);
  const before = await look(page, ['#koek-banner h2', ...BUTTONS]);
  await page.evaluate(() => (document.documentElement.dir = 'rtl'));
  assert.deepEqual(await look(page, ['#koek-banner h2', ...BUTTONS]), before);
});

test('larger letters, more space between them, a small window: nothing is lost, nothing overlaps', async (room) => {
  const { page } = room;
  const WIDER = ':host > *, ::slotted(*) { letter-spacing: .12em !important; word-spacing: .16em !important; line-height: 1.5 !important }';
  const LARGER = ':host > * { font-size: 32px !important }';
  for (const [width, height] of [[320, 256], [320, 568], [640, 330], [640, 400], [1280, 720]]) {
    for (const css of ['', WIDER, LARGER, WIDER + LARGER]) {
      await page.setViewportSize({ width, height });
      await visit(room);
      // As programs that set spacing reach open shadow roots; the browser's own sheet for its user wins anyhow.
      await page.$eval('#koek-banner', (one, text) => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(text);
        one.shadowRoot.adoptedStyleSheets = [...one.shadowRoot.adoptedStyleSheets, sheet];
      }, css);
      const state = `${width}x${height} ${css}`;
      const found = await page.evaluate((ids) => {
        const words = document.getElementById('koek-banner').shadowRoot.querySelector('.words');
        const boxes = ids.map((id) => document.querySelector(id).getBoundingClientRect());
        return {
          sideways: document.documentElement.scrollWidth > innerWidth || words.scrollWidth > words.clientWidth,
          inView: boxes.every((box) => box.left >= 0 && box.right <= innerWidth && box.top >= 0 && box.bottom <= innerHeight),
          full: ids.every((id) => document.querySelector(id).scrollWidth <= document.querySelector(id).clientWidth),
          overlap: boxes.some((one, i) => boxes.some((other, j) => i < j && one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom)),
          equal: Math.abs(boxes[0].width - boxes[1].width) < 1 && boxes[0].height === boxes[1].height,
          text: words.clientHeight,
        };
      }, BUTTONS);
      assert.equal(found.sideways || found.overlap, false, `${state} ${JSON.stringify(found)}`);
      assert.ok(found.full && found.equal, `${state} ${JSON.stringify(found)}`);
      assert.ok(found.inView && found.text >= 24, `${state} ${JSON.stringify(found)}`);
    }
  }
});
