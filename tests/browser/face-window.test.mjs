/** Small windows, large letters, telephones with corners and keyboards, paper, and what people ask of their system. */
import assert from 'node:assert/strict';
import { audit, escape, fixture, press, quiet, reopen, test, turn, unfold, visit } from './support.mjs';

const WIDER = ':host > *, ::slotted(*) { letter-spacing: .12em !important; word-spacing: .16em !important; line-height: 1.5 !important } p { margin-bottom: 2em !important }';
const LARGER = ':host > * { font-size: 32px !important }';

/** Adds a sheet to a host of the widget, as the sheets of people's own programs are. */
const dress = (page, id, css) =>
  page.$eval(id, (one, text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    one.shadowRoot.adoptedStyleSheets = [...one.shadowRoot.adoptedStyleSheets, sheet];
  }, css);

for (const path of ['/', '/?lang=en']) {
  test(`the settings in small windows and with large letters: nothing is lost, ${path}`, async (room) => {
    const { page } = room;
    for (const [width, height] of [[320, 256], [320, 568], [640, 330], [640, 400], [1280, 720]]) {
      await page.setViewportSize({ width, height });
      for (const css of ['', WIDER, LARGER, WIDER + LARGER]) {
        await visit(room, path);
        await page.click('#koek-choose');
        await unfold(page);
        await dress(page, '#koek-settings', css);
        const state = `${width}x${height} ${css}`;
        const found = await page.evaluate(() => {
          const host = document.getElementById('koek-settings');
          const dialog = host.shadowRoot.querySelector('dialog');
          const all = [...host.children, ...dialog.querySelectorAll('h2, h3, p, li')];
          const wide = all.filter((one) => one.getBoundingClientRect().right > innerWidth + 1 || one.scrollWidth > one.clientWidth + 1);
          const [title, close] = [dialog.querySelector('h2'), document.getElementById('koek-settings-close')].map((one) => one.getBoundingClientRect());
          return {
            sideways: dialog.scrollWidth > dialog.clientWidth || document.documentElement.scrollWidth > innerWidth,
            wide: wide.map((one) => one.outerHTML.slice(0, 80)),
            oneRow: close.top < title.bottom && close.left >= title.right,
            apart: close.top >= title.bottom || close.left >= title.right,
          };
        });
        assert.deepEqual([found.sideways, found.wide, found.apart], [false, [], true], state);
        if (!css) assert.ok(found.oneRow, `${state}: the title and the way out stand side by side`);
        // Each can be brought into sight, and is what is pressed there.
        await page.waitForSelector('#koek-settings .dialog:not(.early)');
        for (const id of ['koek-p-display', 'koek-save', 'koek-refuse-all', 'koek-accept-all', 'koek-settings-close']) {
          const hit = await page.evaluate((one) => {
            const node = document.getElementById(one);
            node.scrollIntoView({ block: 'center' });
            const box = node.getBoundingClientRect();
            return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)?.id;
          }, id);
          assert.equal(hit, id, state);
        }
      }
    }
  });
}

test('the confirmation in a small window: everything can be read and pressed', async (room) => {
  const { page } = room;
  await page.setViewportSize({ width: 320, height: 256 });
  for (const css of ['', WIDER + LARGER]) {
    await page.context().clearCookies();
    await visit(room);
    await press(page, '#koek-accept');
    await page.waitForSelector('#koek-confirm a[href]');
    await dress(page, '#koek-confirm', css);
    for (const id of ['#koek-close', '#koek-change']) {
      const box = await page.locator(id).boundingBox();
      assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= 320 && box.y + box.height <= 256, `${id} ${css}`);
    }
    const [all, shown] = await page.locator('#koek-confirm .words').evaluate((one) => [one.scrollWidth, one.clientWidth]);
    assert.ok(all <= shown, css);
  }
});

test('round corners and a notch keep nothing from being read or pressed', async (room) => {
  const { page, context } = room;
  const devtools = await context.newCDPSession(page);
  const insets = { top: 0, bottom: 34, left: 47, right: 47 };
  await devtools.send('Emulation.setSafeAreaInsetsOverride', { insets });
  const inside = async (ids, state) => {
    const { width, height } = page.viewportSize();
    for (const id of ids) {
      const box = await page.locator(id).boundingBox();
      const fits = box.x >= insets.left && box.x + box.width <= width - insets.right && box.y + box.height <= height - insets.bottom;
      assert.ok(fits, `${state}: ${id} ${JSON.stringify(box)}`);
    }
  };
  for (const [width, height] of [[390, 844], [844, 340]]) {
    await page.context().clearCookies();
    await page.setViewportSize({ width, height });
    await visit(room);
    await inside(['#koek-refuse', '#koek-accept', '#koek-choose', '#koek-banner h2'], `banner ${width}`);
    await page.click('#koek-choose');
    await unfold(page);
    await quiet(page);
    await page.locator('#koek-accept-all').scrollIntoViewIfNeeded();
    await inside(['#koek-save', '#koek-refuse-all', '#koek-accept-all'], `settings ${width}`);
    await press(page, '#koek-save');
    await inside(['#koek-close', '#koek-change', '#koek-done'], `confirmation ${width}`);
  }
});

test('with the keyboard of a telephone open, the field that has the focus stays in sight', async (room) => {
  const { page } = room;
  const fields = Array.from({ length: 8 }, (_, i) => `<p><label>Vraag ${i} <input name="f${i}"></label></p>`).join('');
  await fixture(room, `<main><h1>Proef</h1><form>${fields}</form></main>`, {
    head: '<meta name="viewport" content="width=device-width, interactive-widget=resizes-content">',
  });
  await page.waitForSelector('#koek-banner');
  for (const name of ['f0', 'f4', 'f7']) {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.focus(`[name=${name}]`);
    // What the keyboard leaves of the window; browsers then bring the field into sight.
    await page.setViewportSize({ width: 360, height: 330 });
    await page.waitForFunction(() => getComputedStyle(document.documentElement).scrollPaddingBottom === `${document.getElementById('koek-banner').offsetHeight}px`);
    const shown = await page.evaluate((one) => {
      const field = document.querySelector(`[name=${one}]`);
      field.scrollIntoView({ block: 'nearest' });
      const roof = document.getElementById('koek-banner').getBoundingClientRect().top;
      const box = field.getBoundingClientRect();
      return box.top >= 0 && box.bottom <= roof && document.elementFromPoint(box.x + 5, box.y + 5) === field;
    }, name);
    assert.ok(shown, name);
    for (const id of ['#koek-refuse', '#koek-accept', '#koek-choose']) {
      const box = await page.locator(id).boundingBox();
      assert.ok(box.y >= 0 && box.y + box.height <= 330, `${id} beside the keyboard`);
    }
  }
});

test('on paper there is no question, and what is about texts and choices is there whole', async (room) => {
  const { page, address } = room;
  await visit(room);
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.isVisible('#koek-banner'), false);
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).marginBottom), '0px');
  await page.emulateMedia({ media: 'screen' });
  await press(page, '#koek-accept');
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.isVisible('#koek-confirm'), false);

  /** What is on the screen and not on paper, besides what only leads elsewhere. */
  const printed = async (must) => {
    await page.emulateMedia({ media: 'print' });
    const { lost, words, colors } = await page.evaluate(() => {
      const all = [...document.querySelectorAll('main :is(h1, h2, h3, p, li, td, th, dt, dd)')];
      const lost = all.filter((one) => one.textContent.trim() && !one.checkVisibility() && !one.closest('nav, form, thead, .screen-only'));
      const { color, backgroundColor } = getComputedStyle(document.body);
      return { lost: lost.map((one) => one.outerHTML.slice(0, 80)), words: document.querySelector('main').innerText, colors: [color, backgroundColor] };
    });
    assert.deepEqual(lost, []);
    assert.deepEqual(colors, ['rgb(0, 0, 0)', 'rgb(255, 255, 255)']);
    for (const word of must) assert.ok(words.includes(word), word);
    assert.equal(await page.isVisible('.footer'), false);
    assert.ok((await page.pdf()).length > 1000);
  };
  await page.goto(`${address}/privacy?lang=nl`);
  await printed(['Geldt vanaf 1 februari 2018.', 'Aangevuld in december 2021.', 'Versie 2021-12', 'Een klacht', 'Vanaf wanneer dit reglement geldt']);
  await page.emulateMedia({ media: 'screen' });
  await page.goto(`${address}/privacy/settings?lang=nl`);
  const reference = (await page.locator('td.code').first().innerText()).trim();
  await turn(page, () => page.locator('a[href*="/receipt"]').first().click());
  await page.waitForSelector('h1');
  await printed([reference, 'sha256:', 'Uw voorkeuren', 'Geldt tot', new Date().getFullYear().toString()]);
});

test('nothing moves by itself, whether or not somebody asked for that', async (room) => {
  const { page } = room;
  /** Everything that moves or would: in the page's tree and in ours. */
  const moving = () =>
    page.evaluate(() => {
      const found = document.getAnimations().map((one) => String(one.animationName ?? one.transitionProperty));
      const look = (root) => {
        for (const one of root.querySelectorAll('*')) {
          if (one.shadowRoot) look(one.shadowRoot);
          const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(one);
          if (/[1-9]/.test(transitionDuration) || animationName !== 'none' || scrollBehavior === 'smooth') found.push(one.outerHTML.slice(0, 60));
        }
      };
      for (const one of document.querySelectorAll('[id^=koek-], .koek-embed')) look(one.shadowRoot ?? one);
      return found;
    });
  for (const reducedMotion of ['no-preference', 'reduce']) {
    await page.emulateMedia({ reducedMotion });
    await page.context().clearCookies();
    await fixture(room, '<main><h1>Proef</h1><a href="/privacy/settings" data-koek-settings>Cookie-instellingen</a></main>');
    await page.waitForSelector('#koek-banner');
    assert.deepEqual(await moving(), []);
    await page.click('#koek-choose');
    await unfold(page);
    assert.deepEqual(await moving(), []);
    await escape(page);
    await press(page, '#koek-refuse');
    assert.deepEqual(await moving(), []);
  }
});

test('who asks for more contrast gets lines in the colour of the letters', async (room) => {
  const { page, address } = room;
  for (const colorScheme of ['light', 'dark']) {
    await page.context().clearCookies();
    await page.emulateMedia({ colorScheme, contrast: 'more' });
    await visit(room);
    const line = (id, selector) =>
      page.$eval(id, (one, what) => {
        const { color, borderTopColor } = getComputedStyle(one.shadowRoot.querySelector(what));
        return [color, borderTopColor];
      }, selector);
    for (const [color, border] of [await line('#koek-banner', '.dock')]) assert.equal(border, color);
    await page.click('#koek-choose');
    await unfold(page);
    for (const [color, border] of [await line('#koek-settings', 'dialog'), await line('#koek-settings', 'li')]) assert.equal(border, color);
    await audit(page, `more contrast ${colorScheme}`);
    await escape(page);
    await press(page, '#koek-refuse');
    await page.goto(`${address}/privacy`);
    const [muted, ink] = await page.evaluate(() => ['.muted', 'body'].map((one) => getComputedStyle(document.querySelector(one)).color));
    assert.equal(muted, ink);
  }
});

test('the line for questions leads to the contact, last in the settings and on every page', { faults: true }, async (room) => {
  const { page, address } = room;
  for (const [language, path, words] of [['nl', '/', 'Vragen? privacy@wsn.example'], ['en', '/?lang=en', 'Questions? privacy@wsn.example']]) {
    await page.context().clearCookies();
    await visit(room, path);
    await page.click('#koek-choose');
    await page.waitForSelector('#koek-settings[open]');
    const help = page.locator('#koek-settings > a').last();
    assert.equal(await help.innerText(), words);
    assert.equal(await help.getAttribute('href'), 'mailto:privacy@wsn.example');
    assert.ok((await help.boundingBox()).height >= 24);
    await escape(page);
    await press(page, '#koek-refuse');
    await reopen(page);
    assert.equal(await page.locator('#koek-settings > a').last().innerText(), words);
    for (const own of ['', '/cookies', '/settings', '/settings/erase', '/verify', '/nowhere']) {
      await page.goto(`${address}/privacy${own}?lang=${language}`);
      assert.equal(await page.locator('footer > :last-child').innerText(), words, own);
      assert.equal(await page.locator('footer > :last-child a').getAttribute('href'), 'mailto:privacy@wsn.example', own);
    }
  }
});
