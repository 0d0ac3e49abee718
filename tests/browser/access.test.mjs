/** Buttons, the keyboard, languages, small windows, and staying out of the way. */
import assert from 'node:assert/strict';
import { close, escape, fixture, press, quiet, test, until, visit } from './support.mjs';

const SIZES = [320, 768, 1280];

/** Everything that could make one button louder than the other. */
const PROMINENCE = `color background-color background-image border-top border-right border-bottom border-left border-radius
  box-shadow outline opacity font-family font-size font-weight font-style letter-spacing line-height text-transform
  text-decoration padding margin cursor filter transform visibility display`.split(/\s+/);

const measure = (page, id) =>
  page.$eval(
    id,
    (button, names) => {
      const style = getComputedStyle(button);
      const box = button.getBoundingClientRect();
      return {
        tag: button.localName,
        type: button.type,
        slot: button.slot,
        style: Object.fromEntries(names.map((name) => [name, style.getPropertyValue(name)])),
        width: Math.round(box.width),
        height: box.height,
        inView: box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth,
        autofocus: button.autofocus,
      };
    },
    PROMINENCE,
  );

test('the three answers look alike and are in sight, also in the smallest window', async (room) => {
  const { page } = room;
  for (const path of ['/', '/?lang=en']) {
    await visit(room, path);
    for (const width of SIZES) {
      await page.setViewportSize({ width, height: width === 320 ? 256 : 800 });
      const [refuse, accept, choose] = await Promise.all(['refuse', 'accept', 'choose'].map((id) => measure(page, `#koek-${id}`)));
      assert.ok(refuse.height >= 44, `height ${refuse.height}`);
      for (const one of [accept, choose]) assert.deepEqual(one.style, refuse.style);
      assert.ok(refuse.inView && accept.inView && choose.inView, `in view at ${width}`);
    }
  }
});

/** By what a browser tells of the page before: where one came from, or what there was before it in the same window. */
const BEFORE = [
  ['a referrer, and no navigation API', 'strict-origin-when-cross-origin', () => delete window.navigation],
  ['earlier entries, and no referrer', 'no-referrer', () => {}],
];

for (const [means, policy, take] of BEFORE) {
  test(`who cannot see the question is told of it, once a visit: ${means}`, async (room) => {
    const { page, context, address } = room;
    await context.addInitScript(take);
    // A clock that stands still but for what the test says.
    const now = Date.now();
    await page.clock.install({ time: now });
    await page.clock.pauseAt(now + 1000);
    const status = () => page.locator('#koek-banner').evaluate((one) => one.shadowRoot.querySelector('[role=status]').textContent);
    const body = (to) => `<main><h1>Proef</h1><a id="on" href="${to}">verder</a></main>`;
    const options = { headers: { 'referrer-policy': policy } };
    await fixture(room, body('/two'), options);
    await page.waitForSelector('#koek-banner');
    assert.equal(await status(), '', 'a region that comes with its words is not read out');
    await page.clock.runFor(500);
    assert.equal(await status(), '', 'nor one that is filled before anything has heard of it');
    await page.clock.runFor(500);
    assert.equal(await status(), 'Er is een vraag over cookies op deze pagina.');
    await page.route(`${address}/two`, (route) => route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><html lang="nl"><title>Proef</title><script src="/privacy/koektrommel.js" defer></script><h1 id="two">Twee</h1></html>`,
    }));
    await page.click('#on');
    await page.waitForSelector('#two');
    await page.waitForSelector('#koek-banner');
    await page.clock.runFor(2000);
    assert.equal(await status(), '');
  });
}

test('who comes from another site is told of the question too', async (room) => {
  const { page, address, context } = room;
  await context.route(`${address}/fixture`, (route) => route.fulfill({
    contentType: 'text/html',
    body: '<!doctype html><html lang="nl"><title>Proef</title><script src="/privacy/koektrommel.js" defer></script><h1>Proef</h1></html>',
  }));
  await page.goto(`${address}/fixture`, { referer: 'https://zoeken.example/' });
  assert.equal(await page.evaluate(() => document.referrer), 'https://zoeken.example/');
  await page.waitForFunction(() => document.querySelector('#koek-banner')?.shadowRoot.querySelector('[role=status]').textContent);
});

test('a link in a closed menu is no way back; one inside a component of the page is followed', async (room) => {
  const { page } = room;
  await fixture(
    room,
    `<main><h1>Proef</h1><details><summary>Menu</summary><a id="hidden" href="/privacy/settings" data-koek-settings>Cookies</a></details>
     <site-foot><template shadowrootmode="open"><a href="/privacy/settings" data-koek-settings><b>Cookies</b></a></template></site-foot></main>`,
  );
  await page.waitForSelector('#koek-banner');
  await page.click('site-foot b');
  await page.waitForSelector('#koek-settings[open]');
  await escape(page);
  await press(page, '#koek-refuse');
  await close(page);
  await page.click('#koek-open');
  await page.waitForSelector('#koek-settings[open]');
});

test('search engines are told not to quote the question', async (room) => {
  const { page } = room;
  await visit(room);
  assert.equal(await page.getAttribute('#koek-banner', 'data-nosnippet'), '');
});

test('a phone shows the whole question and all three buttons at once', async (room) => {
  const { page } = room;
  await page.setViewportSize({ width: 360, height: 740 });
  for (const path of ['/', '/?lang=en']) {
    await visit(room, path);
    for (const id of ['#koek-refuse', '#koek-accept', '#koek-choose']) {
      assert.ok((await measure(page, id)).inView, id);
    }
    const [all, shown] = await page.locator('#koek-banner .words').evaluate((one) => [one.scrollHeight, one.clientHeight]);
    assert.ok(all <= shown, `${path}: ${all} px of text in ${shown}`);
    const share = await page.$eval('#koek-banner', (one) => one.offsetHeight / innerHeight);
    assert.ok(share <= 0.7, `${path}: ${share} of the window`);
  }
});

test('in every window the question takes at most half, or scrolls inside with all three answers in reach', async (room) => {
  const { page } = room;
  for (const path of ['/', '/?lang=en']) {
    for (const [width, height] of [[320, 256], [320, 568], [360, 740], [390, 844], [640, 330], [768, 1024], [1280, 800], [1920, 1080]]) {
      await page.setViewportSize({ width, height });
      await visit(room, path);
      const found = await page.evaluate(() => {
        const banner = document.getElementById('koek-banner');
        const words = banner.shadowRoot.querySelector('.words');
        const ids = ['koek-refuse', 'koek-accept', 'koek-choose'];
        const reach = ids.every((id) => {
          const box = document.getElementById(id).getBoundingClientRect();
          return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)?.id === id && box.top >= 0 && box.bottom <= innerHeight;
        });
        return { share: banner.offsetHeight / innerHeight, reach, scrolls: getComputedStyle(words).overflowY === 'auto', room: words.clientHeight };
      });
      const told = `${path} ${width}x${height} ${JSON.stringify(found)}`;
      assert.ok(found.reach && (found.share <= 0.5 || found.scrolls), told);
      // Something of the page is left, and something of the words is seen: two lines at least.
      assert.ok(found.share <= 0.755 && found.room >= 48, told);
      // What does not fit is under it, for a finger and a wheel: the last of it is the link.
      await page.hover('#koek-banner h2');
      await page.mouse.wheel(0, 2000);
      await page.waitForFunction(() => {
        const [link, words] = [document.querySelector('#koek-banner a'), document.getElementById('koek-banner').shadowRoot.querySelector('.words')];
        const [one, around] = [link.getBoundingClientRect(), words.getBoundingClientRect()];
        return one.top >= around.top - 1 && one.bottom <= around.bottom + 1;
      });
    }
  }
});

test('everything by keyboard alone', async (room) => {
  const { page, seen } = room;
  await visit(room);
  const focus = () => page.evaluate(() => document.activeElement.id);
  const within = (id) => page.evaluate((one) => !!document.activeElement.closest(one), id);
  assert.equal(await page.evaluate(() => document.activeElement === document.body), true, 'takes no focus');

  const order = [];
  for (let step = 0; step < 12; step++) {
    await page.keyboard.press('Tab');
    if (!(await within('#koek-banner'))) break;
    order.push(await focus());
  }
  assert.deepEqual(order.slice(-3), ['koek-refuse', 'koek-accept', 'koek-choose']);
  assert.equal(await within('#koek-banner'), false, 'the keyboard leaves the banner');

  await page.keyboard.press('Shift+Tab');
  assert.equal(await focus(), 'koek-choose');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#koek-settings[open]');
  assert.equal(await within('#koek-settings'), true);
  // What the visitor can set besides is unfolded, and folded again.
  const inside = () => page.$eval('#koek-settings', (one) => one.shadowRoot.activeElement?.localName);
  while ((await inside()) !== 'summary') await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#koek-display');
  await page.keyboard.press('Tab');
  assert.equal(await page.inputValue('#koek-display :focus'), '100');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Space');
  await page.waitForSelector('#koek-display', { state: 'hidden' });
  for (let step = 0; step < 15; step++) {
    await page.keyboard.press('Tab');
    assert.ok((await within('#koek-settings')) || (await page.evaluate(() => document.activeElement === document.body)));
  }
  await escape(page);
  assert.equal(await focus(), 'koek-choose');
  await quiet(page);
  assert.deepEqual(seen.posts, [], 'Escape chooses nothing');

  await page.keyboard.press('Enter');
  await page.waitForSelector('#koek-settings[open]');
  while ((await focus()) !== 'koek-p-display') await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  while ((await focus()) !== 'koek-save') await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#koek-confirm');
  assert.equal(await focus(), 'koek-done');
  // The proof comes first, once the server has recorded the choice.
  await page.waitForSelector('#koek-confirm a[href]');
  assert.deepEqual(seen.posts[0].choices, { preferences: false, display: true });
  for (let step = 0; step < 2; step++) await page.keyboard.press('Tab');
  assert.equal(await focus(), 'koek-close');
  // A press that comes soon may be the second half of the one before, and is not heeded.
  await until('Enter closes the confirmation', async () => {
    await page.keyboard.press('Enter');
    return page.locator('#koek-confirm').count();
  }, 0);
});

test('speaks the language of the page', async (room) => {
  const { page, seen } = room;
  await visit(room);
  assert.equal(await page.textContent('#koek-refuse'), 'Weigeren');
  assert.equal(await page.getAttribute('#koek-banner', 'lang'), 'nl');
  await visit(room, '/?lang=en');
  assert.equal(await page.textContent('#koek-refuse'), 'Refuse');
  assert.equal(await page.getAttribute('#koek-banner', 'lang'), 'en');
  await press(page, '#koek-refuse');
  assert.equal(await page.getAttribute('#koek-confirm', 'lang'), 'en');
  assert.equal(seen.posts[0].language, 'en');
});

test('names every purpose that "accept" covers, none ticked, and the page stays free', async (room) => {
  const { page } = room;
  await visit(room);
  const words = await page.textContent('#koek-banner');
  for (const name of ['Uw voorkeuren', 'Uw weergave']) assert.ok(words.includes(name), name);
  assert.equal(await page.evaluate(() => document.body.firstElementChild.id), 'koek-banner', 'first in the document');
  assert.equal(await page.$eval('#koek-banner', (one) => one.matches('section[aria-labelledby]')), true);
  for (const where of ['html', 'body']) {
    assert.doesNotMatch(await page.$eval(where, (one) => getComputedStyle(one).overflow), /hidden|clip/);
  }
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.isVisible('#koek-banner'), false);
});

test('nothing moves, and what has the focus is never hidden', async (room) => {
  const { page, context } = room;
  await context.addInitScript(() => {
    window.shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.shift += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  for (const [width, height] of [[320, 568], [1280, 720]]) {
    await page.setViewportSize({ width, height });
    await visit(room);
    await quiet(page);
    assert.equal(await page.evaluate(() => window.shift), 0);
    for (let step = 0; step < 40; step++) {
      await page.keyboard.press('Tab');
      const hidden = await page.evaluate(() => {
        const one = document.activeElement;
        if (one === document.body || one.closest('#koek-banner')) return '';
        const box = one.getBoundingClientRect();
        const roof = document.getElementById('koek-banner').getBoundingClientRect().top;
        return box.top < roof && box.bottom > 0 ? '' : one.outerHTML;
      });
      assert.equal(hidden, '');
    }
  }
});

test('the rules of the page do not reach the widget', async (room) => {
  const { page } = room;
  await visit(room);
  const before = await measure(page, '#koek-refuse');
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`button { display: none } section, h2, p, button, ul, li { all: unset; float: right }
      body button { background: red; font: 9px serif; text-transform: uppercase; border-radius: 99px }
      body { letter-spacing: 3px; text-align: right; text-transform: uppercase; line-height: 4; font-size: 40px }`);
    document.adoptedStyleSheets.unshift(sheet);
  });
  const { style, ...rest } = await measure(page, '#koek-refuse');
  assert.deepEqual({ ...rest, style }, before);
});
