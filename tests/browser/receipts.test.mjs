/** What a visitor can carry away, look at and take back, pressed through as a visitor would. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { audit, press, program, test, turn, visit } from './support.mjs';

const folder = await mkdtemp(join(tmpdir(), 'koektrommel-receipts-'));
after(() => rm(folder, { recursive: true }));

for (const [lang, title] of [['nl', /bewijs/i], ['en', /receipt|proof/i]]) {
  test(`the proof of a choice is a page to read and to print (${lang})`, async (room) => {
    const { page, address } = room;
    await visit(room, `/?lang=${lang}`);
    await press(page, '#koek-accept');
    const { records } = await page.evaluate(async () => (await fetch('/privacy/api/v1/consents')).json());
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 700 });
      await page.goto(`${address}${records[0].receipt}?as=page&lang=${lang}`);
      assert.match(await page.textContent('h1'), title);
      assert.ok((await page.textContent('main')).includes(records[0].reference));
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(overflow, 0, `${width} px`);
      await audit(page, `${lang}, ${width} px`);
    }
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.isVisible('nav'), false, 'paper needs no links to press');
    assert.equal(await page.isVisible('h1'), true);
  });
}

test('a refusal is carried away from the confirmation, and proves itself, while nothing on the device names it', async (room) => {
  const { page, address, context } = room;
  await visit(room);
  await press(page, '#koek-refuse');
  await turn(page, () => page.locator('a', { hasText: /^Bewaar uw bewijs: / }).click());
  assert.match(await page.textContent('main'), /geweigerd/i);
  const begun = page.waitForEvent('download');
  await page.click('a[download]');
  const path = join(folder, 'refusal.tlog-proof');
  await (await begun).saveAs(path);
  const key = (await (await fetch(`${address}/privacy/log/key`)).text()).trim();
  assert.match(String(execFileSync(program, ['verify', path, '--key', key])), /^Right\./);
  await page.goto(`${address}/privacy/verify?lang=nl`);
  await page.setInputFiles('#file', path);
  await page.waitForFunction(() => document.querySelector('#key').value.includes('+'));
  await page.click('#verify button');
  await page.waitForSelector('#verdict h2');
  assert.match(await page.textContent('#verdict'), /^Dit bewijs klopt.*\(display\): nee, .*\(preferences\): nee/s);
  const cookies = (await context.cookies()).map(({ value }) => decodeURIComponent(value)).join();
  const own = /"record":"([^"]+)"/.exec(Buffer.from(/^extra (.*)$/m.exec(await readFile(path, 'utf8'))[1], 'base64').toString('latin1'));
  assert.ok(own && !cookies.includes(own[1]) && !cookies.includes('&id='), cookies);
});

test('a visitor erases her proofs from the settings page and sees that they are gone', async (room) => {
  const { page, address, context } = room;
  await visit(room);
  await press(page, '#koek-accept');
  await page.goto(`${address}/privacy/settings?lang=nl`);
  await audit(page, 'settings with a record');
  await turn(page, () => page.click('a[href*="/settings/erase"]'));
  await audit(page, 'before erasing');
  await turn(page, () => page.click('main form button[type=submit]'));
  await audit(page, 'after erasing');
  const left = await page.evaluate(async () => (await fetch('/privacy/api/v1/consents')).json());
  assert.deepEqual(left.records, []);
  const cookie = (await context.cookies()).find(({ name }) => name === '__Host-koek');
  assert.doesNotMatch(decodeURIComponent(cookie?.value ?? ''), /&id=/, 'nothing that names her');
});
