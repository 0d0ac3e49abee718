/** The page's rules do not reach what stands among its content either: the way back, the placeholder, the line under a form. */
import assert from 'node:assert/strict';
import { HOSTILE } from './hostile.mjs';
import { close, fixture, press, test, until } from './support.mjs';

/** Everything of ours that is shown, where its host is and what its look comes to; each is what is pressed there. */
const state = (page) =>
  page.evaluate(() => {
    // Where it stands, and how wide it can be, is the page's to say; a placeholder is as large as its frame.
    const PLACE = /^(--.*|width|height|inline-size|block-size|perspective-origin|transform-origin|margin.*|top|left|right|bottom|inset.*|grid-template.*)$/;
    const told = (one, names) => names.filter((name) => !PLACE.test(name)).map((name) => `${name}: ${getComputedStyle(one).getPropertyValue(name)}`);
    const kinds = { 'way back': '#koek-reopen', placeholder: '.koek-embed', line: '.koek-line' };
    return Object.fromEntries(
      Object.entries(kinds).map(([kind, selector]) => {
        const host = document.querySelector(selector);
        // Inside something that the page does not show there is nothing to see.
        if (!host.parentElement.checkVisibility({ visibilityProperty: true })) return [kind, 'hidden by the page'];
        const all = [host, ...host.querySelectorAll('p, button, a'), ...host.shadowRoot.querySelectorAll('div, span, button')];
        const looks = all.map((one) => [one.id || one.className || one.localName, told(one, [...getComputedStyle(one)])]);
        /** A first letter of another size. */
        const letters = [...host.querySelectorAll('p, button')].map((one) => {
          const range = new Range();
          const height = (at) => (range.setStart(one.firstChild, at), range.setEnd(one.firstChild, at + 1), range.getBoundingClientRect().height);
          return height(0) === height(1);
        });
        const missed = all.filter((one) => one.matches('button')).filter((one) => {
          one.scrollIntoView({ block: 'center' });
          const box = one.getBoundingClientRect();
          let hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
          hit = hit?.shadowRoot?.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2) ?? hit;
          return hit !== one || box.height < 44;
        });
        return [kind, { looks, letters, missed: missed.map((one) => `${one.id || one.textContent}: ${JSON.stringify(one.getBoundingClientRect())}`) }];
      }),
    );
  });

const BODY = `<main><h1>Proef</h1><iframe data-koek="preferences" data-src="/demo/map.nl.html" title="Kaart" style="width: 480px !important; height: 320px !important"></iframe>
  <form data-koek-remember="proef"><p><label>Naam <input name="name"></label></p></form></main>`;

test('a hostile page: nothing of the way back, the placeholder and the line changes, and they work', async (room) => {
  const { page } = room;
  await page.setViewportSize({ width: 1280, height: 900 });
  await fixture(room, BODY);
  await press(page, '#koek-refuse');
  await close(page);
  await page.waitForSelector('#koek-open');
  await page.waitForSelector('.koek-embed');
  await page.fill('[name=name]', 'Jansen');
  await until('the line has its button', () => page.locator('.koek-line button').isVisible());
  const before = await state(page);
  for (const [kind, { missed }] of Object.entries(before)) assert.deepEqual(missed, [], kind);
  const seen = new Set();
  for (const [name, css] of Object.entries(HOSTILE)) {
    await page.evaluate((text) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      window.own ??= [...document.adoptedStyleSheets];
      document.adoptedStyleSheets = [sheet, ...window.own];
    }, css);
    // As long as it takes to see something move; the placeholder follows its frame meanwhile.
    await page.waitForFunction((since) => document.timeline.currentTime > since + 300, await page.evaluate(() => document.timeline.currentTime));
    const after = await state(page);
    for (const kind of Object.keys(before)) {
      if (after[kind] === 'hidden by the page') continue;
      seen.add(kind);
      // A page that moves all that it has moves what stands in it.
      if (name === 'moving') after[kind].missed = [];
      assert.deepEqual(after[kind], before[kind], `${kind}: ${name}`);
    }
  }
  assert.equal(seen.size, 3);
  await page.evaluate(() => (document.adoptedStyleSheets = window.own));
  await page.click('.koek-line button');
  await page.waitForFunction(() => !document.querySelector('[name=name]').value);
  await page.click('.koek-embed button:has-text("Nu één keer tonen")');
  await page.frameLocator('iframe').locator('body').waitFor();
  await page.click('#koek-open');
  await page.waitForSelector('#koek-settings[open]');
});
