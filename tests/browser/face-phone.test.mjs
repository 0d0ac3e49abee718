/** Telephones: taking back is as easy as giving, large letters are large everywhere, and the page is still seen. */
import assert from 'node:assert/strict';
import { press, reopen, test, unfold, visit } from './support.mjs';

/** Which of these cannot be pressed where they are now, without scrolling. */
const outOfReach = async (page, ids) => {
  // Settings that have just opened heed no press yet.
  await page.waitForFunction(() => !document.querySelector('#koek-settings')?.shadowRoot.querySelector('.early'));
  return page.evaluate(
    (all) =>
      all.filter((id) => {
        const box = document.querySelector(id).getBoundingClientRect();
        const inside = box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight;
        return !inside || `#${document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)?.id}` !== id;
      }),
    ids,
  );
};

/** Words that are broken over two lines, not at a hyphen, in a host and all that is in it. */
const broken = (page, id) =>
  page.evaluate((one) => {
    const found = [];
    const look = (root) => {
      const texts = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
      for (let node = texts.currentNode; node; node = texts.nextNode()) {
        if (node.shadowRoot) look(node.shadowRoot);
        // An address may be broken; buttons have their own tests; a status is for programs.
        if (node.nodeType !== 3 || node.data.includes('@') || node.parentElement?.matches('button, [role=status]')) continue;
        for (const { 0: word, index } of node.data.matchAll(/[^\s/-]+/g)) {
          const range = new Range();
          range.setStart(node, index);
          range.setEnd(node, index + word.length);
          if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) found.push(word);
        }
      }
    };
    look(document.querySelector(one));
    return found;
  }, id);

const size = (page, selector) => page.$eval(selector, (one) => parseFloat(getComputedStyle(one).fontSize));

for (const path of ['/', '/?lang=en']) {
  test(`taking back is the link and one press, and nothing has to be scrolled, ${path}`, async (room) => {
    const { page, address } = room;
    for (const [width, height] of [[375, 553], [320, 568], [640, 330], [320, 256]]) {
      const state = `${width}x${height}`;
      await page.setViewportSize({ width, height });
      for (const [answer, before, after] of [['#koek-refuse-all', true, false], ['#koek-save', true, false], ['#koek-accept-all', false, true]]) {
        await page.context().clearCookies();
        await visit(room, path);
        // The first answer, either way: one press.
        assert.deepEqual(await outOfReach(page, ['#koek-refuse', '#koek-accept', '#koek-choose']), [], state);
        await press(page, before ? '#koek-accept' : '#koek-refuse');
        assert.equal(await page.evaluate(() => window.koektrommel.allows('display')), before);
        await page.goto(address + path);
        await reopen(page);
        await page.waitForSelector('#koek-display', { state: 'attached' });
        if (answer === '#koek-save') for (const id of ['preferences', 'display']) await page.uncheck(`#koek-p-${id}`);
        else assert.equal(await page.$eval('#koek-settings', (one) => one.shadowRoot.querySelector('dialog').scrollTop), 0);
        // Wherever somebody has read to.
        for (const part of [0, 0.5, 1]) {
          await page.$eval('#koek-settings', (one, to) => {
            const dialog = one.shadowRoot.querySelector('dialog');
            dialog.scrollTop = to * dialog.scrollHeight;
          }, part);
          assert.deepEqual(await outOfReach(page, ['#koek-save', '#koek-refuse-all', '#koek-accept-all']), [], `${state} ${part}`);
        }
        await press(page, answer);
        assert.equal(await page.evaluate(() => window.koektrommel.allows('display')), after, `${state} ${answer}`);
      }
    }
  });

  test(`twice as large, by our own settings: everything of ours grows, and no word is broken, ${path}`, async (room) => {
    const { page, context, address } = room;
    for (const [width, height] of [[320, 568], [360, 640], [640, 330]]) {
      const state = `${width}x${height}`;
      await page.setViewportSize({ width, height });
      await context.clearCookies();
      await visit(room, path);
      const normal = await size(page, '#koek-banner p');
      await page.evaluate(() => window.koektrommel.display.set('text-size', '200'));
      assert.equal(await size(page, '#koek-banner p'), 2 * normal, state);
      // On the next page too.
      await page.goto(address + path);
      await page.waitForFunction((wanted) => parseFloat(getComputedStyle(document.querySelector('#koek-banner p') ?? document.body).fontSize) === wanted, 2 * normal);
      assert.deepEqual(await outOfReach(page, ['#koek-refuse', '#koek-accept', '#koek-choose']), [], state);
      const left = await page.$eval('#koek-banner', (one) => one.shadowRoot.querySelector('.words').clientHeight);
      assert.ok(left >= 96, `${state}: ${left} px, two lines, for the words`);
      assert.deepEqual(await broken(page, '#koek-banner'), [], state);

      await page.click('#koek-choose');
      await page.waitForSelector('#koek-settings[open]');
      const long = await page.$eval('#koek-settings', (one) => one.shadowRoot.querySelector('dialog').scrollHeight);
      assert.ok(long < 5500, `${state}: ${long} px to scroll`);
      assert.ok((await page.locator('#koek-settings summary').boundingBox()).height >= 44);
      await unfold(page);
      assert.deepEqual(await outOfReach(page, ['#koek-save', '#koek-refuse-all', '#koek-accept-all']), [], state);
      assert.deepEqual(await broken(page, '#koek-settings'), [], state);
      const [across, wide] = await page.$eval('#koek-settings', (one) => {
        const { scrollWidth, clientWidth } = one.shadowRoot.querySelector('dialog');
        return [scrollWidth, clientWidth];
      });
      assert.ok(across <= wide, `${state}: ${across} px across`);
      assert.equal(await size(page, '#koek-t-display'), 2 * normal, state);

      await press(page, '#koek-refuse-all');
      await page.waitForSelector('#koek-confirm a[href]');
      assert.equal(await size(page, '#koek-done'), 2 * normal, state);
      assert.deepEqual(await outOfReach(page, ['#koek-close', '#koek-change']), [], state);
      assert.deepEqual(await broken(page, '#koek-confirm'), [], state);
    }
  });

  test(`a telephone on its side: something of the page is seen, and all three answers, ${path}`, async (room) => {
    const { page } = room;
    for (const [width, height] of [[640, 330], [568, 320], [844, 340], [932, 380], [640, 256]]) {
      await page.setViewportSize({ width, height });
      await visit(room, path);
      const box = await page.locator('#koek-banner').boundingBox();
      assert.ok(box.height <= 0.605 * height, `${width}x${height}: ${box.height} px`);
      assert.deepEqual(await outOfReach(page, ['#koek-refuse', '#koek-accept', '#koek-choose']), [], `${width}x${height}`);
      const words = page.locator('#koek-banner .words');
      assert.ok((await words.boundingBox()).height >= 72, 'three lines at least');
      // The rest is under it: the link at its end can be brought into sight.
      await page.locator('#koek-banner a').scrollIntoViewIfNeeded();
      assert.deepEqual(await outOfReach(page, ['#koek-refuse', '#koek-accept', '#koek-choose']), []);
      const [link, around] = [await page.locator('#koek-banner a').boundingBox(), await words.boundingBox()];
      assert.ok(link.y >= around.y - 1 && link.y + link.height <= around.y + around.height + 1);
    }
  });
}
