/**
 * Invariant 10: the widget leaves the page alone. It locks no scrolling, keeps no focus outside its own dialog, moves
 * nothing, and throws nothing into the page, whatever the page has made of the browser's own names.
 */
import assert from 'node:assert/strict';
import { close, escape, fixture, press, quiet, reopen, test, until, visit } from './support.mjs';

const FRAME = '<iframe title="Kaart" width="400" height="300" data-koek="display" data-src="/demo/map.nl.html"></iframe>';
const LONG = `<main><h1>Proef</h1><a id="first" href="/privacy/settings" data-koek-settings>Instellingen</a>
  ${FRAME}<form data-koek-remember="proef"><label>Naam <input name="name"></label></form>
  <div style="height:4000px"></div><a id="last" href="#einde">einde</a></main>`;

/** Can the page be scrolled, by wheel and by keys, from top to bottom? */
async function scrolls(page, state) {
  const style = await page.evaluate(() => [document.documentElement, document.body].map((one) => {
    const { overflowX, overflowY, position, touchAction, pointerEvents } = getComputedStyle(one);
    return [overflowX, overflowY, position, touchAction, pointerEvents];
  }));
  assert.deepEqual(style, Array(2).fill(['visible', 'visible', 'static', 'auto', 'auto']), state);
  await page.evaluate(() => scrollTo(0, 0));
  await page.mouse.move(300, 60);
  await page.mouse.wheel(0, 1500);
  await page.waitForFunction(() => scrollY >= 1400);
  await page.keyboard.press('End');
  await page.waitForFunction(() => scrollY + innerHeight >= document.documentElement.scrollHeight - 1);
  await page.keyboard.press('Home');
  await page.waitForFunction(() => scrollY === 0);
}

// A key that comes while the page still glides to where the last one sent it is lost.
const AT_ONCE = { launch: { extra: ['--disable-smooth-scrolling'] } };

test('invariant 10: the page scrolls in every state of the widget', AT_ONCE, async (room) => {
  const { page } = room;
  await fixture(room, LONG);
  await page.waitForSelector('#koek-banner');
  await page.waitForSelector('.koek-embed');
  await scrolls(page, 'with the banner');
  await page.click('#koek-choose');
  await page.waitForSelector('#koek-settings[open]');
  const locked = await page.evaluate(() => [document.documentElement, document.body].map((one) => getComputedStyle(one).overflowY));
  assert.deepEqual(locked, ['visible', 'visible'], 'behind the dialog');
  await escape(page);
  await scrolls(page, 'after the settings');
  await press(page, '#koek-accept');
  await page.evaluate(() => document.activeElement.blur());
  await scrolls(page, 'with the confirmation');
  await close(page);
  await scrolls(page, 'with nothing');
});

test('invariant 10: the Tab key goes through the banner into the page and on to its end, and back', async (room) => {
  const { page } = room;
  await fixture(room, LONG);
  await page.waitForSelector('.koek-embed');
  const walk = async (key) => {
    const seen = [];
    for (let i = 0; i < 20; i++) {
      await page.keyboard.press(key);
      seen.push(await page.evaluate(() => document.activeElement.id || document.activeElement.getAttribute('name') || document.activeElement.localName));
    }
    return seen;
  };
  const there = await walk('Tab');
  for (const id of ['koek-refuse', 'first', 'name', 'last']) assert.ok(there.includes(id), `${id}: ${there}`);
  assert.ok(there.indexOf('last') > there.indexOf('koek-refuse'));
  const back = await walk('Shift+Tab');
  for (const id of ['koek-refuse', 'first', 'name', 'last']) assert.ok(back.includes(id), `${id}: ${back}`);
  // A script of the page may put the focus where it likes, with the banner and with the confirmation there.
  await page.focus('#last');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'last');
  await press(page, '#koek-refuse');
  await page.focus('#last');
  await page.keyboard.press('Shift+Tab');
  assert.equal(await page.evaluate(() => document.activeElement.name), 'name');
  // The dialog is the one place that keeps it, and gives it back.
  await reopen(page);
  await escape(page);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'first');
});

/**
 * Every layout shift from the beginning of the page. Those within half a second of a press do not count as such for
 * browsers; here they do, unless all that has moved is the widget's own, in answer to the press.
 */
const SHIFTS = () => {
  window.shifts = [];
  const isOwn = ({ node }) => !node || (node.closest ? node : node.parentElement)?.closest('[id^=koek-]');
  new PerformanceObserver((list) => {
    for (const { value, sources, hadRecentInput } of list.getEntries()) {
      if (hadRecentInput && sources.every(isOwn)) continue;
      window.shifts.push([value, ...sources.map(({ node }) => (node?.outerHTML ?? node?.textContent ?? '').slice(0, 80))]);
    }
  }).observe({ type: 'layout-shift', buffered: true });
};

/** What has shifted until all is done that was begun. */
async function shifted(page) {
  await quiet(page);
  return page.evaluate(() => window.shifts);
}

for (const [name, width, height] of [['a desktop', 1280, 900], ['a telephone', 360, 640]]) {
  test(`invariant 10: nothing shifts on ${name}: on load, on a press, on late parts, on a release`, async (room) => {
    const { page, context } = room;
    await context.addInitScript(SHIFTS);
    await page.setViewportSize({ width, height });
    await visit(room, '/?lang=nl');
    assert.deepEqual(await shifted(page), [], 'the demonstration, on load');
    await press(page, '#koek-accept');
    assert.deepEqual(await shifted(page), [], 'on a press');
    await close(page);
    assert.deepEqual(await shifted(page), [], 'on closing');
    await context.clearCookies();
    await fixture(room, LONG.replace('</h1>', '</h1><p>Een regel tekst.</p>'));
    await page.waitForSelector('.koek-embed');
    assert.deepEqual(await shifted(page), [], 'a placeholder');
    await page.getByRole('button', { name: 'Nu één keer tonen' }).click();
    await page.frameLocator('iframe').locator('body').waitFor();
    assert.deepEqual(await shifted(page), [], 'its release');
    await page.reload();
    await page.getByRole('button', { name: 'Altijd tonen' }).click();
    await page.frameLocator('iframe').locator('body').waitFor();
    assert.deepEqual(await shifted(page), [], 'and for good');
    await reopen(page);
    await page.waitForSelector('#koek-display', { state: 'attached' });
    assert.deepEqual(await shifted(page), [], 'the settings and their late parts');
    await press(page, '#koek-refuse-all');
    await page.waitForSelector('.koek-embed');
    assert.deepEqual(await shifted(page), [], 'a withdrawal');
    await close(page);
    await page.reload();
    await page.waitForSelector('.koek-embed');
    assert.deepEqual(await shifted(page), [], 'a return visit');
  });
}

/** What is unfolded of the settings when their late part comes, and how. */
const UNFOLDED = {
  nothing: { open: '[data-koek-settings]' },
  'what the visitor unfolded': { open: '[data-koek-settings]', unfold: '#koek-settings summary' },
  'what she asked for': { open: '[data-koek-display]' },
};

for (const [what, { open, unfold }] of Object.entries(UNFOLDED)) {
  test(`invariant 10: nothing shifts where the settings have been read for long when their late part comes: ${what}`, async (room) => {
    const { page, context } = room;
    await context.addInitScript(SHIFTS);
    await context.addInitScript(() => {
      for (const name of ['pointerdown', 'pointerup', 'click']) addEventListener(name, () => (window.pressed = performance.now()), true);
    });
    for (const [width, height] of [[1280, 900], [360, 640], [320, 568]]) {
      await page.setViewportSize({ width, height });
      let release;
      const held = new Promise((resolve) => (release = resolve));
      await context.route('**/koektrommel.*.uses.js', async (route) => (await held, route.continue()));
      await fixture(room, LONG.replace('</a>', '</a> <a href="/privacy/settings" data-koek-display>Weergave</a>').replace(/<form.*?<\/form>/, ''));
      await page.waitForSelector('#koek-banner');
      await page.click(open);
      await page.waitForSelector('#koek-settings[open]');
      if (unfold) await page.click(unfold);
      // From then on a browser counts what moves.
      await page.waitForFunction(() => performance.now() - window.pressed > 600);
      release();
      await page.waitForSelector('#koek-display', { state: 'attached' });
      assert.equal(await page.isVisible('#koek-display'), what !== 'nothing');
      assert.deepEqual(await shifted(page), [], `${width}`);
      await context.unroute('**/koektrommel.*.uses.js');
      await context.clearCookies();
    }
  });
}

/** What a page, or a script in it, may have done before the widget runs. `works`: it must ask and record all the same. */
const HOSTILE = {
  'no Promise': ['delete window.Promise'],
  'a Promise of its own': ['window.Promise = class { then() { return this; } catch() { return this; } }'],
  'a Promise that throws': ['window.Promise = function () { throw new Error("page"); }'],
  'no random UUIDs, as without TLS': ['delete Crypto.prototype.randomUUID', 'works'],
  'no JSON': ['delete window.JSON'],
  'a JSON that throws': ['JSON.parse = JSON.stringify = () => { throw new Error("page"); }'],
  'no fetch': ['delete window.fetch'],
  'a fetch that throws': ['window.fetch = () => { throw new Error("page"); }'],
  'a fetch that gives nothing': ['window.fetch = () => undefined'],
  'frozen prototypes': ['for (const one of [Object, Array, Function, Promise, Map, Set, String, RegExp, EventTarget, Node, Element, HTMLElement, Document]) Object.freeze(one.prototype)', 'works'],
  'a polluted Object.prototype': ['Object.prototype.extra = "x"; Object.prototype.get = 1; Object.prototype.id = "x"', 'works'],
  'a polluted Array.prototype': ['Array.prototype.extra = () => {}; Array.prototype.at = Array.prototype.filter = undefined'],
  'a polluted Document.prototype': ['Document.prototype.querySelector = Document.prototype.querySelectorAll = () => { throw new Error("page"); }'],
  'a Document.prototype without listeners': ['Document.prototype.addEventListener = () => { throw new Error("page"); }'],
  'no elements to make': ['Document.prototype.createElement = () => { throw new Error("page"); }'],
  'no URL': ['delete window.URL; delete window.URLSearchParams'],
  'no observers': ['delete window.MutationObserver; delete window.ResizeObserver'],
  'no events of its own': ['delete window.CustomEvent'],
  'no shadow': ['Element.prototype.attachShadow = undefined'],
  'no Intl': ['delete window.Intl'],
  'no Blob': ['delete window.Blob'],
  'a clock that throws': ['Date.now = () => { throw new Error("page"); }'],
  'a chance that throws': ['Math.random = () => { throw new Error("page"); }', 'works'],
  'no channels and locks': ['delete window.BroadcastChannel; Object.defineProperty(Navigator.prototype, "locks", { value: undefined })', 'works'],
  'its own koektrommel': ['window.koektrommel = "x"'],
  'a frozen koektrommel': ['Object.defineProperty(window, "koektrommel", { value: Object.freeze([]) })', 'works'],
  'names of elements': ['document.write("<form name=koektrommel><input name=ready><input name=push></form><img name=getElementById>")'],
};

for (const [name, [code, works]] of Object.entries(HOSTILE)) {
  test(`invariant 10: with ${name} nothing is thrown into the page`, { faults: true }, async (room) => {
    const { page, context, seen } = room;
    const thrown = [];
    page.on('pageerror', (error) => thrown.push(String(error)));
    // What the page has done is done before anything of ours; what it does later must still run.
    const later = "<script>addEventListener('load', () => { document.title = 'de pagina werkt'; });</script>";
    await fixture(room, LONG + later, { head: `<script>${code}</script>` });
    // Nothing is asked of the page's own names here: they are what is broken. Parts come late, so until the line is quiet.
    await quiet(page);
    assert.equal(await page.title(), 'de pagina werkt');
    if (works) {
      await page.locator('.koek-embed').waitFor();
      await page.locator('#koek-choose').click();
      await page.locator('#koek-settings-close').click();
      const answer = page.waitForResponse((one) => one.request().method() === 'POST');
      await page.locator('#koek-refuse').click();
      assert.equal((await answer).status(), 201);
    } else {
      for (const one of ['.koek-embed button', '#koek-choose', '#koek-refuse']) {
        // What cannot be shown leads to the server's page: then the next of these is no longer there.
        const box = (await page.locator(one).count()) && (await page.locator(one).first().boundingBox({ timeout: 2000 }).catch(() => undefined));
        if (box) await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
      }
    }
    await quiet(page);
    assert.deepEqual(thrown, []);
    if (works) assert.deepEqual((await context.cookies()).map((one) => one.name), ['__Host-koek']);
    assert.ok(seen.posts.length <= 1);
  });
}

// On a desktop a bar takes room of the page, which gets narrower by it.
const WITH_BARS = { launch: { ignoreDefaultArgs: ['--hide-scrollbars'] } };

test('invariant 10: a page that fits gets no scroll bar with the banner, and can be scrolled all the same', WITH_BARS, async (room) => {
  const { page } = room;
  await page.addInitScript(SHIFTS);
  await page.addInitScript(() => addEventListener('error', ({ message }) => (window.thrown ??= []).push(message)));
  const bar = () => page.evaluate(() => innerWidth - document.documentElement.clientWidth);
  for (const height of [300, 450, 550, 650, 690, 2000]) {
    // With a way back of its own: the small button would make it longer.
    await fixture(room, `<main style="height:${height}px;margin:0"><h1>Proef</h1><p>Een regel tekst.</p><a href="/privacy/settings" data-koek-settings>Keuze</a></main>`);
    await page.waitForSelector('#koek-banner');
    // As much room as the banner covers.
    await page.waitForFunction(() => {
      const kept = parseFloat(getComputedStyle(document.documentElement).marginBottom);
      return kept > 0 && kept === document.querySelector('#koek-banner').offsetHeight;
    });
    assert.deepEqual(await shifted(page), [], `${height}`);
    const width = await bar();
    assert.equal(width > 0, height > 700, `a bar of ${width} at ${height}`);
    await page.mouse.move(300, 60);
    await page.mouse.wheel(0, 3000);
    // The last of the page is above the banner then.
    await page.waitForFunction(() =>
      document.querySelector('main').getBoundingClientRect().bottom <= document.querySelector('#koek-banner').getBoundingClientRect().top);
    await press(page, '#koek-refuse');
    assert.equal(await bar(), width, `the confirmation at ${height}`);
    await close(page);
    await page.waitForFunction(() => getComputedStyle(document.documentElement).scrollbarWidth === 'auto');
    assert.equal(await page.evaluate(() => window.thrown), undefined, `${height}`);
    await page.context().clearCookies();
  }
});

test('invariant 10: a page that grows while it is asked keeps its room, and its bar where it had one', WITH_BARS, async (room) => {
  const { page } = room;
  await fixture(room, '<main style="height:2000px;margin:0"><h1>Proef</h1></main>');
  await page.waitForSelector('#koek-banner');
  // Narrower, so that the banner gets higher, and the room with it.
  await page.setViewportSize({ width: 400, height: 720 });
  await page.waitForFunction(() =>
    parseFloat(getComputedStyle(document.documentElement).marginBottom) === document.querySelector('#koek-banner').offsetHeight);
  assert.ok(await page.evaluate(() => innerWidth > document.documentElement.clientWidth));
});

for (const [what, id] of [['question', 'koek-banner'], ['small button', 'koek-reopen']]) {
  test(`a page that takes the ${what} away whenever it comes is not fought for ever`, async (room) => {
    const { page } = room;
    await fixture(room, '<main><h1>Proef</h1></main>', {
      head: `<script>
        window.times = 0;
        new MutationObserver(() => {
          const ours = document.getElementById('${id}');
          if (ours) times++, ours.remove();
        }).observe(document, { childList: true, subtree: true });
      </script>`,
    });
    if (id === 'koek-reopen') await press(page, '#koek-refuse');
    let before = -1;
    await until('it comes no more', async () => {
      const seen = before;
      before = await page.evaluate(async () => {
        for (let frame = 0; frame < 10; frame++) await new Promise(requestAnimationFrame);
        return times;
      });
      return before > 0 && before === seen;
    });
  });
}
