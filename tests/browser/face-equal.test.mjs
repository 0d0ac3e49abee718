/** Refuse and accept are as easy to see, to read and to press as each other, wherever both are offered. */
import assert from 'node:assert/strict';
import { logSize, press, quiet, test, turn, visit } from './support.mjs';

const WIDTHS = [320, 500, 768, 1280];
const MEDIA = [
  { colorScheme: 'light', forcedColors: 'none' },
  { colorScheme: 'dark', forcedColors: 'none' },
  { colorScheme: 'light', forcedColors: 'active' },
  { colorScheme: 'dark', forcedColors: 'active' },
];

/** Everything about the two buttons that could make one louder, and where they stand; `all` are the buttons beside them. */
const measure = (page, ids) =>
  page.evaluate((pair) => {
    // The box is measured, and these follow from it; the track of a grid is as wide as its word.
    const BOX = /^(width|inline-size|perspective-origin|transform-origin|grid-template-columns|--.*)$/;
    const luminance = (css) => {
      const [r, g, b] = css.match(/[\d.]+/g).slice(0, 3).map((one) => one / 255);
      const [R, G, B] = [r, g, b].map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
      return 0.2126 * R + 0.7152 * G + 0.0722 * B;
    };
    const looks = pair.map((id) => {
      const one = document.querySelector(id);
      const style = getComputedStyle(one);
      let behind = one;
      const outer = (node) => node.assignedSlot ?? node.parentNode.host ?? node.parentNode;
      while (getComputedStyle(behind).backgroundColor === 'rgba(0, 0, 0, 0)') behind = outer(behind);
      const [high, low] = [luminance(style.color), luminance(getComputedStyle(behind).backgroundColor)].sort((a, b) => b - a);
      const around = ['::before', '::after'].map((part) => getComputedStyle(one, part).content);
      const attributes = [...one.attributes].map(({ name, value }) => (['id', 'value'].includes(name) ? name : `${name}=${value}`));
      return {
        tag: one.localName,
        attributes: attributes.sort(),
        children: one.childElementCount,
        shown: one.checkVisibility({ opacityProperty: true, visibilityProperty: true }),
        style: Object.fromEntries([...style].filter((name) => !BOX.test(name)).map((name) => [name, style.getPropertyValue(name)])),
        around,
        contrast: (high + 0.05) / (low + 0.05),
        lines: Math.round(one.scrollHeight / 10),
        autofocus: one.autofocus,
      };
    });
    const boxes = pair.map((id) => document.querySelector(id).getBoundingClientRect().toJSON());
    const around = document.querySelector(pair[0]).closest('section, form');
    const others = [...around.querySelectorAll('button')].filter((one) => !pair.some((id) => one.matches(id)));
    return { looks, boxes, others: others.map((one) => one.getBoundingClientRect().toJSON()) };
  }, ids);

/** Fails unless both are alike in everything and stand together. */
async function assertEqual(page, ids, state) {
  const { looks: [refuse, accept], boxes: [one, two], others } = await measure(page, ids);
  assert.deepEqual(refuse, accept, state);
  assert.ok(refuse.shown && refuse.contrast >= 4.5, `${state}: contrast ${refuse.contrast}`);
  assert.equal(refuse.autofocus, false, state);
  assert.equal(one.height, two.height, state);
  assert.ok(one.height >= 44 && Math.abs(one.width - two.width) <= 1, `${state}: ${one.width} ${two.width}`);
  const [row, stack] = [one.top === two.top && one.left !== two.left, one.left === two.left && one.top !== two.top];
  assert.ok(row || stack, `${state}: neither in one row nor one under the other: ${JSON.stringify([one, two])}`);
  const gap = row ? Math.abs(two.left - one.left) - one.width : Math.abs(two.top - one.top) - one.height;
  assert.ok(gap >= 0 && gap <= 16, `${state}: ${gap} px between them`);
  const [left, top] = [Math.min(one.left, two.left), Math.min(one.top, two.top)];
  const [right, bottom] = [Math.max(one.right, two.right), Math.max(one.bottom, two.bottom)];
  const between = others.filter((box) => box.left < right && box.right > left && box.top < bottom && box.bottom > top);
  assert.deepEqual(between, [], `${state}: nothing stands between them`);
}

/** How many times Tab is pressed from the start until each has the focus. */
async function stops(page, ids, most = 30) {
  const found = {};
  for (let step = 1; step <= most && Object.keys(found).length < ids.length; step++) {
    await page.keyboard.press('Tab');
    const id = await page.evaluate((all) => all.find((one) => document.activeElement.matches(one)), ids);
    if (id) found[id] ??= step;
  }
  return ids.map((id) => found[id]);
}

const everywhere = async (page, ids, state) => {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width === 320 ? 568 : 800 });
    for (const media of MEDIA) {
      await page.emulateMedia(media);
      await assertEqual(page, ids, `${state} ${width} ${JSON.stringify(media)}`);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
};

for (const [path, query] of [['/', '?lang=nl'], ['/?lang=en', '?lang=en']]) {
  test(`in the banner, ${path}`, async (room) => {
    const { page, address, seen } = room;
    const ids = ['#koek-refuse', '#koek-accept'];
    await visit(room, path);
    await everywhere(page, ids, 'banner');
    const [refuse, accept] = await stops(page, ids);
    assert.ok(Math.abs(refuse - accept) <= 1, `Tab ${refuse} times, ${accept} times`);
    // Enter is an answer only on a button that has the focus.
    await page.reload();
    await page.waitForSelector('#koek-banner');
    await page.keyboard.press('Enter');
    await quiet(page);
    for (const id of ids) {
      await page.goto(address + path);
      await page.waitForSelector('#koek-banner');
      assert.equal(seen.posts.length, ids.indexOf(id), 'nothing was chosen by Enter or by leaving');
      await press(page, id);
      // As many presses for either: one, and the question is gone.
      assert.equal(await page.locator('#koek-banner').count(), 0, id);
      await page.context().clearCookies();
    }
    assert.equal(await logSize(address), 2);
  });

  test(`in the settings, ${path}`, async (room) => {
    const { page, seen } = room;
    const ids = ['#koek-refuse-all', '#koek-accept-all'];
    await visit(room, path);
    await page.click('#koek-choose');
    await page.waitForSelector('#koek-display', { state: 'attached' });
    await page.keyboard.press('Enter');
    await quiet(page);
    assert.ok(await page.isVisible('#koek-settings'), 'Enter chooses nothing');
    await everywhere(page, ids, 'settings');
    const [refuse, accept] = await stops(page, ids);
    assert.ok(Math.abs(refuse - accept) <= 1, `Tab ${refuse} times, ${accept} times`);
    assert.deepEqual(seen.posts, []);
  });

  test(`on the settings page without JavaScript, ${path}`, { context: { javaScriptEnabled: false }, faults: true }, async (room) => {
    const { page, address } = room;
    const ids = ['button[value=refuse]', 'button[value=accept]'];
    await page.goto(`${address}/privacy/settings${query}`);
    await everywhere(page, ids, 'page');
    const [refuse, accept] = await stops(page, ids);
    assert.ok(Math.abs(refuse - accept) <= 1, `Tab ${refuse} times, ${accept} times`);
    // Enter in the form saves what is shown; with a question open that is nothing.
    await page.focus('input[name="choice.display"][value=yes]');
    await turn(page, () => page.keyboard.press('Enter'));
    await page.waitForSelector('[role=alert]');
    assert.equal(await logSize(address), 0);
  });
}
