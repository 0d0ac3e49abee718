/** axe finds nothing in any state of the widget, in any look (looks.mjs), in both languages. */
import assert from 'node:assert/strict';
import { looks } from './looks.mjs';
import { close, fixture, press, quiet, reopen, test, unfold, visit } from './support.mjs';

const LANGUAGES = { nl: '/', en: '/?lang=en' };
const OTHER = 'https://video.example';

for (const [language, path] of Object.entries(LANGUAGES)) {
  test(`banner, settings, confirmation, ${language}`, async (room) => {
    const { page } = room;
    await visit(room, path);
    await looks(page, `${language} banner`);
    await page.click('#koek-choose');
    await looks(page, `${language} settings`);
    await unfold(page);
    await looks(page, `${language} settings unfolded`);
    await page.check('#koek-p-display');
    await looks(page, `${language} settings changed`);
    await page.keyboard.press('Escape');
    await page.waitForSelector('#koek-discard');
    await looks(page, `${language} settings not saved`);
    await press(page, '#koek-save');
    await page.waitForSelector('#koek-confirm a[href]');
    await looks(page, `${language} confirmed mixed`);
    await close(page);
    await looks(page, `${language} closed`);
    await reopen(page);
    await looks(page, `${language} settings again`);
    await press(page, '#koek-accept-all');
    await page.waitForSelector('#koek-confirm a[href]');
    await looks(page, `${language} confirmed yes`);
    await page.click('#koek-change');
    await page.waitForSelector('#koek-settings[open]');
    await press(page, '#koek-refuse-all');
    await page.waitForSelector('#koek-confirm a[href]');
    await looks(page, `${language} confirmed no`);
  });

  test(`display settings in the dialog, and the line under a form, ${language}`, async (room) => {
    const { page } = room;
    await visit(room, path);
    await press(page, '#koek-refuse');
    await close(page);
    await page.fill('#repair-text', 'Het druppelt');
    await page.waitForSelector('.koek-line');
    await page.locator('.koek-line').scrollIntoViewIfNeeded();
    await looks(page, `${language} form line`);
    await reopen(page);
    await unfold(page);
    for (const value of ['150', 'high']) {
      const kept = page.waitForResponse((one) => one.request().method() === 'PUT' && one.url().includes('/preferences/display'));
      await page.locator(`#koek-display input[value="${value}"]`).check();
      await kept;
      await quiet(page);
      await looks(page, `${language} display ${value}`);
    }
  });

  test(`placeholder and the way back, ${language}`, async (room) => {
    const { page, seen } = room;
    const frame = `<iframe data-koek="preferences" data-src="${OTHER}/film" title="Film" width="300" height="260"></iframe>`;
    const tag = `<script src="/privacy/koektrommel.js?lang=${language}" data-lang="${language}" defer></script>`;
    await fixture(room, `<main><h1>Proef</h1>${frame}</main>`, { tag: false, head: `<meta name="viewport" content="width=device-width">${tag}` });
    await page.waitForSelector('.koek-embed');
    await looks(page, `${language} placeholder and banner`);
    await press(page, '#koek-refuse');
    await close(page);
    await page.reload();
    await page.waitForSelector('#koek-open');
    await page.waitForSelector('.koek-embed');
    await looks(page, `${language} placeholder and way back`);
    assert.deepEqual(seen.foreign, []);
  });

  test(`a server that does not answer, ${language}`, { faults: true }, async (room) => {
    const { page } = room;
    await visit(room, path);
    await page.click('#koek-choose');
    await unfold(page);
    await room.server.stop();
    await page.locator('#koek-display input[value=high]').check();
    await page.waitForFunction(() => document.querySelector('#koek-settings').shadowRoot.querySelector('#koek-display').shadowRoot.querySelector('[role=status]').textContent);
    await looks(page, `${language} display not kept`);
    await page.click('#koek-refuse-all');
    await page.waitForFunction(() => document.querySelector('#koek-confirm [role=status]').textContent);
    await looks(page, `${language} waiting`);
  });

  test(`a browser that keeps nothing, ${language}`, async (room) => {
    const { page } = room;
    await page.addInitScript(() => {
      Object.defineProperty(Document.prototype, 'cookie', { get: () => '', set: () => {} });
    });
    await visit(room, path);
    await page.click('#koek-accept');
    await page.waitForFunction(() => document.querySelector('#koek-confirm [role=status]').textContent);
    await looks(page, `${language} not kept`);
  });
}
