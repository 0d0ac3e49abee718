/** Display settings and preferences: set by the visitor, kept for the visit or longer by choice, gone on withdrawal. */
import assert from 'node:assert/strict';
import { audit, close, escape, fixture, logSize, NOTHING, press, quiet, ready, reopen, stored, test, until, visit } from './support.mjs';

const attribute = (page, name) => page.getAttribute('html', `data-koek-${name}`);
const set = (page, use, name, value) =>
  page.evaluate(([use, name, value]) => window.koektrommel[use].set(name, value), [use, name, value]);
const get = (page, use, name) => page.evaluate(([use, name]) => window.koektrommel[use].get(name), [use, name]);
const cookie = async (context, name) => (await context.cookies()).find((one) => one.name === `__Host-koek_${name}`);

/** Opens the display section of the settings. */
async function section(page) {
  await page.locator('[data-koek-display]').first().click();
  await page.locator('#koek-display h3:focus').waitFor();
}

/** What the section says of how long it holds, once it says something. */
const term = (page) => page.locator('#koek-display [role=status]:not(:empty)').textContent();

/** Answers what the page was told, in order. */
async function listen(page) {
  await page.evaluate(() => {
    window.told = [];
    window.koektrommel.on('setting', ({ purpose, name, value }) => window.told.push([purpose, name, value].join(' ')));
  });
  // What tells it is a part, and is fetched.
  await quiet(page);
}

test('a display setting holds at once and on the next page, for this visit', async (room) => {
  const { page, context, address } = room;
  await visit(room);
  assert.equal(await get(page, 'display', 'text-size'), undefined);
  assert.deepEqual(await stored(page, context), NOTHING);
  await listen(page);
  const answer = await set(page, 'display', 'text-size', '150');
  assert.equal(answer.kept, 'visit');
  assert.deepEqual(answer.values, { 'text-size': '150' });
  assert.equal(await attribute(page, 'text-size'), '150');
  assert.equal(await get(page, 'display', 'text-size'), '150');
  assert.equal((await cookie(context, 'display')).expires, -1, 'no longer than the browser is open');
  assert.deepEqual((await stored(page, context)).cookies, ['__Host-koek_display']);
  await set(page, 'display', 'contrast', 'high');
  await page.reload();
  assert.equal(await attribute(page, 'text-size'), '150');
  assert.equal(await attribute(page, 'contrast'), 'high');
  await listen(page);
  await set(page, 'display', 'text-size', '100');
  assert.equal(await attribute(page, 'text-size'), null, 'the default is no attribute');
  await set(page, 'display', 'contrast', 'normal');
  await quiet(page);
  assert.deepEqual(await page.evaluate(() => window.told), ['display text-size ', 'display contrast ']);
  assert.deepEqual(await stored(page, context), NOTHING, 'nothing is kept of what is as it is by default');
  assert.equal(await logSize(address), 0, 'a setting is no decision');
});

test('values that are not on the list are refused, and nothing changes', async (room) => {
  const { page, context } = room;
  await visit(room);
  for (const [use, name, value, says] of [
    ['display', 'text-size', '175', /no value "175" of "text-size"; it has: 100, 125, 150, 200/],
    ['display', 'font', 'serif', /display has no setting "font"; it has: text-size, contrast, motion/],
    ['preferences', 'language', 'fr', /it has: browser, nl, en/],
  ]) {
    await assert.rejects(set(page, use, name, value), says);
  }
  assert.deepEqual(await stored(page, context), NOTHING);
});

test('calls made before the script has loaded are done after', async (room) => {
  const { page } = room;
  await fixture(
    room,
    `<main><h1>Proef</h1></main><script>(window.koektrommel = window.koektrommel || []).push((koek) => {
      window.answer = koek.display.set('motion', 'reduced');
    })</script>`,
  );
  await page.waitForFunction(() => window.answer);
  assert.equal((await page.evaluate(() => window.answer)).kept, 'visit');
  assert.equal(await attribute(page, 'motion'), 'reduced');
});

test('in the head and without defer, the display is there before anything is drawn', async (room) => {
  const { page } = room;
  await visit(room);
  await set(page, 'display', 'text-size', '200');
  const seen = `<script>window.atParse = document.documentElement.getAttribute('data-koek-text-size')</script>`;
  await fixture(room, `<main>${seen}<h1>Proef</h1></main>`, {
    path: '/early',
    head: '<script src="/privacy/koektrommel.js"></script>',
    tag: false,
  });
  assert.equal(await page.evaluate(() => window.atParse), '200');
});

test('a yes keeps it for a next visit; a no ends that, and leaves what is for this visit', async (room) => {
  const { page, context } = room;
  await visit(room);
  await set(page, 'display', 'text-size', '150');
  await set(page, 'preferences', 'district', 'noord');
  await press(page, '#koek-accept');
  const kept = await cookie(context, 'display');
  assert.ok(kept.expires > Date.now() / 1000 + 150 * 86400, 'as long as the choice');
  const near = (one, other) => assert.ok(Math.abs(one.expires - other.expires) < 5, `${one.expires} ${other.expires}`);
  near(await cookie(context, 'preferences'), kept);
  // The browser is closed and opened again: cookies without a term are gone.
  await context.addCookies((await context.cookies()).filter((one) => one.expires !== -1));
  await page.reload();
  assert.equal(await attribute(page, 'text-size'), '150');
  assert.equal(await get(page, 'preferences', 'district'), 'noord');
  const answer = await set(page, 'display', 'contrast', 'high');
  assert.equal(answer.kept, 'choice');
  assert.ok(Date.parse(answer.until) > Date.now() + 150 * 864e5);
  // It does not last longer by being changed.
  near(await cookie(context, 'display'), kept);
  await reopen(page);
  await press(page, '#koek-refuse-all');
  assert.equal(await attribute(page, 'text-size'), null, 'gone from the page');
  assert.equal(await attribute(page, 'contrast'), null);
  assert.equal(await get(page, 'preferences', 'district'), undefined);
  assert.deepEqual((await stored(page, context)).cookies, ['__Host-koek'], 'and from the device');
  await set(page, 'display', 'text-size', '125');
  await reopen(page);
  await press(page, '#koek-refuse-all');
  assert.equal(await attribute(page, 'text-size'), '125', 'a no does not end what needs no yes');
});

test('the default language, chosen with a browser that says another, is kept and followed', { context: { locale: 'en-GB' } }, async (room) => {
  const { page, context, address } = room;
  const lang = () => page.getAttribute('html', 'lang');
  await visit(room);
  assert.equal(await lang(), 'en', 'what the browser says');
  await page.click('[data-language=nl]');
  await page.waitForURL(/lang=nl/);
  assert.equal(await lang(), 'nl');
  assert.equal(await get(page, 'preferences', 'language'), 'nl');
  assert.equal((await cookie(context, 'preferences')).expires, -1, 'for this visit');
  await page.goto(`${address}/`);
  await page.waitForURL(/lang=nl/);
  assert.equal(await lang(), 'nl', 'what the visitor says');
  // Back to what the browser says: then nothing is kept.
  await set(page, 'preferences', 'language', 'browser');
  assert.equal(await cookie(context, 'preferences'), undefined);
});

test('an expired cookie, and one for a next visit without a yes, is not applied', async (room) => {
  const { page, context, address } = room;
  await visit(room);
  await set(page, 'display', 'text-size', '150');
  const { value } = await cookie(context, 'display');
  const put = (changed) => context.addCookies([{ name: '__Host-koek_display', value: changed, url: address.replace('http:', 'https:'), secure: true, sameSite: 'Lax' }]);
  await put(value.replace(/e=\d{4}/, 'e=2020'));
  await page.reload();
  assert.equal(await attribute(page, 'text-size'), null);
  await put(value.replace('k=visit', 'k=choice'));
  await page.reload();
  assert.equal(await attribute(page, 'text-size'), null);
  await put(value);
  await page.reload();
  assert.equal(await attribute(page, 'text-size'), '150');
});

test('other tabs follow, and a page that comes back by the back button', async (room) => {
  const { page, context, address } = room;
  await visit(room);
  await press(page, '#koek-refuse');
  const second = await context.newPage();
  await second.goto(address);
  await ready(second);
  await listen(second);
  await set(page, 'display', 'text-size', '150');
  await second.waitForFunction(() => document.documentElement.dataset.koekTextSize === '150');
  await set(page, 'preferences', 'district', 'centrum');
  await second.waitForFunction(() => document.querySelector('#search-place').value === 'centrum');
  await quiet(second);
  assert.deepEqual(await second.evaluate(() => window.told), ['display text-size 150', 'preferences district centrum']);
  await second.goto(`${address}/demo/map.nl.html`);
  await set(page, 'display', 'text-size', '125');
  await second.goBack();
  await second.waitForFunction(() => document.documentElement.dataset.koekTextSize === '125');
});

test('what the server does not keep holds in this page, and the promise says so', { faults: true }, async (room) => {
  const { page, context } = room;
  await visit(room);
  await context.route('**/api/v1/preferences/display', (route) => route.fulfill({ status: 503, body: '{}' }));
  await assert.rejects(set(page, 'display', 'text-size', '150'), /koektrommel: 503/);
  assert.equal(await attribute(page, 'text-size'), '150');
  assert.equal(await get(page, 'display', 'text-size'), '150');
  await page.reload();
  assert.equal(await attribute(page, 'text-size'), null);
});

test('nothing of the device is read: no screen, no canvas, no fonts, no media', async (room) => {
  const { page } = room;
  await page.addInitScript(() => {
    window.reads = [];
    const watch = (owner, name, of) => {
      const own = Object.getOwnPropertyDescriptor(owner, name);
      if (!own) throw new Error(`there is no ${name}`);
      const look = (value) => (window.reads.push(`${of}.${name}`), value);
      Object.defineProperty(
        owner,
        name,
        own.get
          ? { ...own, get() { return look(own.get.call(this)); } }
          : { ...own, value(...given) { return look(own.value.apply(this, given)); } },
      );
    };
    for (const name of ['screen', 'devicePixelRatio', 'matchMedia', 'innerWidth', 'outerWidth', 'visualViewport']) watch(window, name, 'window');
    for (const name of Object.keys(Object.getOwnPropertyDescriptors(Screen.prototype))) {
      if (Object.getOwnPropertyDescriptor(Screen.prototype, name).get) watch(Screen.prototype, name, 'screen');
    }
    for (const name of ['getContext', 'toDataURL']) watch(HTMLCanvasElement.prototype, name, 'canvas');
    watch(Document.prototype, 'fonts', 'document');
    for (const name of ['userAgent', 'platform', 'plugins', 'languages', 'language', 'hardwareConcurrency', 'maxTouchPoints', 'doNotTrack']) {
      watch(Navigator.prototype, name, 'navigator');
    }
  });
  await fixture(room, '<main><h1>Proef</h1><a href="/x" data-koek-display>Weergave</a></main>', {
    head: '<script src="/privacy/koektrommel.js"></script>',
    tag: false,
  });
  await page.waitForSelector('#koek-banner');
  await set(page, 'display', 'text-size', '150');
  await set(page, 'preferences', 'language', 'en');
  await section(page);
  await page.check('#koek-display input[name=contrast][value=high]');
  await term(page);
  await quiet(page);
  assert.deepEqual(await page.evaluate(() => window.reads), []);
  await page.evaluate(() => screen.width);
  assert.deepEqual(await page.evaluate(() => window.reads), ['window.screen', 'screen.width'], 'the watch works');
});

test('the section in the settings: by keyboard alone, at once, and it says for how long', async (room) => {
  const { page } = room;
  for (const [path, words] of [
    ['/', { title: 'Weergave', visit: /tijdens dit bezoek/, choice: /tot \d+ \w+ 20\d\d/, next: /volgend bezoek/ }],
    ['/?lang=en', { title: 'Display', visit: /this visit/, choice: /until \d+ \w+ 20\d\d/, next: /next visit/ }],
  ]) {
    await page.context().clearCookies();
    await visit(room, path);
    await page.locator('[data-koek-display]').first().focus();
    await page.keyboard.press('Enter');
    await page.locator('#koek-display h3:focus').waitFor();
    assert.equal(await page.textContent('#koek-display h3'), words.title);
    assert.equal(await page.locator('#koek-display fieldset legend').count(), 3);
    await page.keyboard.press('Tab');
    assert.equal(await page.inputValue('#koek-display :focus'), '100');
    const answered = () => page.waitForResponse((one) => one.request().method() === 'PUT');
    let answer = answered();
    await page.keyboard.press('ArrowDown');
    assert.equal(await attribute(page, 'text-size'), '125', 'seen at once');
    await answer;
    assert.match(await term(page), words.visit);
    assert.match(await page.textContent('#koek-display p:last-of-type'), words.next);
    await page.check('#koek-p-display');
    await press(page, '#koek-save');
    await close(page);
    await section(page);
    assert.match(await term(page), words.choice);
    assert.ok(await page.isChecked('#koek-display input[name=text-size][value="125"]'));
    answer = answered();
    await page.focus('#koek-display button');
    await page.keyboard.press('Enter');
    await answer;
    assert.equal(await attribute(page, 'text-size'), null);
    await page.waitForSelector('#koek-display input[name=text-size][value="100"]:checked');
    await escape(page);
  }
});

test('the section is large enough, fits 320 px at twice the text, and axe finds nothing', async (room) => {
  const { page } = room;
  for (const media of [{ colorScheme: 'light' }, { colorScheme: 'dark' }, { forcedColors: 'active' }]) {
    await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none', ...media });
    for (const [width, size] of [[320, '200'], [320, '100'], [1280, '150']]) {
      await page.setViewportSize({ width, height: 640 });
      await visit(room);
      await set(page, 'display', 'text-size', size);
      await section(page);
      const targets = await page.locator('#koek-display :is(label, button)').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
      assert.ok(targets.length === 9 && targets.every((height) => height >= 44), targets.join(' '));
      const wide = await page.locator('#koek-settings dialog').evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth);
      assert.ok(wide <= 0, `${width} px at ${size} %: ${wide} px too wide`);
      await audit(page, `display section, ${width} px, ${size} %, ${JSON.stringify(media)}`);
      await escape(page);
    }
  }
});
