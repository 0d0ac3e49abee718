/** The display settings on the server's own pages: with and without JavaScript, on a telephone at twice the size. */
import assert from 'node:assert/strict';
import { audit, test } from './support.mjs';

const attributes = (page) =>
  page.evaluate(() => Object.fromEntries(Object.entries(document.documentElement.dataset)));

/** Sets everything to its strongest and waits for the page that says so. */
async function set(page, address, language = 'nl') {
  await page.goto(`${address}/privacy/settings?lang=${language}`);
  for (const [name, value] of [['text-size', '200'], ['contrast', 'high'], ['motion', 'reduced']]) {
    await page.check(`form.uses input[name="${name}"][value="${value}"]`);
  }
  await page.locator('form.uses', { has: page.locator('[name="text-size"]') }).locator('button[value=set]').click();
  await page.waitForURL(/set=display/);
}

/** Everything fits the width, and nothing that is for reading or pressing is cut off. */
async function assertFits(page, state) {
  const { wide, cut } = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const seen = [...document.querySelectorAll('main *, header *, footer *')].filter(
      (one) => one.checkVisibility() && !one.closest('.visually-hidden, .skip, thead, caption'),
    );
    const over = seen.filter((one) => one.getBoundingClientRect().right > width + 1);
    return { wide: document.documentElement.scrollWidth - width, cut: over.map((one) => one.outerHTML.slice(0, 80)) };
  });
  assert.deepEqual(cut, [], state);
  assert.ok(wide <= 0, `${state}: ${wide} px too wide`);
}

test('set on the settings page, every page of ours follows before it is painted', { faults: true }, async ({ page, address }) => {
  await set(page, address);
  const wanted = { koekTextSize: '200', koekContrast: 'high', koekMotion: 'reduced' };
  assert.deepEqual(await attributes(page), wanted);
  assert.equal(await page.locator('main [role=status]').textContent(), 'Uw instelling werkt nu.');
  for (const path of ['', '/cookies', '/nowhere']) {
    // The attributes are there before there is a body.
    await page.addInitScript(() => {
      new MutationObserver(() => {
        if (document.body && !window.early) window.early = { ...document.documentElement.dataset };
      }).observe(document, { childList: true, subtree: true });
    });
    await page.goto(`${address}/privacy${path}`);
    assert.deepEqual(await attributes(page), wanted, path);
    assert.deepEqual(await page.evaluate(() => window.early), wanted, path);
    const size = await page.evaluate(() => parseFloat(getComputedStyle(document.querySelector('main p')).fontSize));
    assert.ok(size >= 32, `${path}: ${size}`);
  }
});

test('at twice the size on a small telephone everything fits, light and dark', async ({ page, address }) => {
  for (const language of ['nl', 'en']) {
    await set(page, address, language);
    for (const [width, colorScheme] of [[320, 'light'], [320, 'dark'], [1280, 'light']]) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      for (const path of ['', '/cookies', '/settings']) {
        await page.goto(`${address}/privacy${path}?lang=${language}`);
        await assertFits(page, `${path} ${language} ${width}`);
        await audit(page, `${path} ${language} ${width} ${colorScheme}`);
      }
    }
  }
});

test('without JavaScript the settings page shows it too', { context: { javaScriptEnabled: false } }, async (room) => {
  const { page, address, context } = room;
  await set(page, address);
  const html = page.locator('html');
  assert.equal(await html.getAttribute('data-koek-text-size'), '200');
  assert.ok(await page.isChecked('input[name="text-size"][value="200"]'));
  const [cookie] = await context.cookies();
  assert.deepEqual([cookie.name, cookie.expires, cookie.httpOnly], ['__Host-koek_display', -1, false]);
  await page.locator('form.uses', { has: page.locator('[name="text-size"]') }).locator('button[value=reset]').click();
  await page.waitForURL(/reset=display/);
  assert.equal(await html.getAttribute('data-koek-text-size'), null);
  assert.deepEqual(await context.cookies(), []);
});

test('a cookie that is over, or was kept without a yes, changes nothing', async ({ page, address, context }) => {
  const mac = 'A'.repeat(44);
  const own = (payload) => ({ name: '__Host-koek_display', value: mac + payload, url: address.replace('http:', 'https:'), secure: true });
  for (const payload of [
    'v=1&k=visit&e=2020-01-01T00:00:00Z&contrast=high',
    'v=2&k=visit&e=2120-01-01T00:00:00Z&contrast=high',
    'v=1&k=choice&e=2120-01-01T00:00:00Z&contrast=high',
    'v=1&k=visit&e=x&contrast=high',
  ]) {
    await context.addCookies([{ ...own(payload), domain: '127.0.0.1', path: '/', url: undefined }]);
    await page.goto(`${address}/privacy`);
    assert.deepEqual(await attributes(page), {}, payload);
  }
});
