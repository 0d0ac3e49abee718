/** What is said after a choice: what it was, that it can be changed, and the proof to carry away. */
import assert from 'node:assert/strict';
import { audit, logSize, press, quiet, test, visit } from './support.mjs';

for (const [path, id, says] of [
  ['/', '#koek-refuse', /^Bewaar uw bewijs: [0-9A-Z]/],
  ['/', '#koek-accept', /^Bewaar uw bewijs: [0-9A-Z]/],
  ['/?lang=en', '#koek-refuse', /^Save your proof: [0-9A-Z]/],
]) {
  test(`the confirmation offers the proof of ${id} on ${path}`, async (room) => {
    const { page, address } = room;
    await visit(room, path);
    await press(page, id);
    const link = page.locator('#koek-confirm a[href]');
    assert.match(await link.innerText(), says);
    const proof = new URL(await link.getAttribute('href'));
    assert.equal(proof.origin, address);
    assert.equal((await fetch(proof)).status, 200);
    assert.equal(await logSize(address), 1);
    await audit(page, 'confirmed');
    // What was chosen has the focus; then come the proof and the buttons, as they are seen.
    const order = [await page.evaluate(() => document.activeElement.id)];
    for (let step = 0; step < 3; step++) {
      await page.keyboard.press('Tab');
      order.push(await page.evaluate(() => document.activeElement.id || document.activeElement.localName));
    }
    assert.deepEqual(order, ['koek-done', 'a', 'koek-close', 'koek-change']);
  });
}

test('without an answer there is no proof yet, and the confirmation says that it waits', { faults: true }, async (room) => {
  const { page } = room;
  await visit(room);
  await room.server.stop();
  await page.click('#koek-refuse');
  await page.locator('#koek-confirm [role=status]', { hasText: 'Uw keuze geldt nu al. Wij slaan hem op zodra de verbinding werkt.' }).waitFor();
  assert.equal(await page.locator('#koek-confirm a[href]').count(), 0);
});

test('a double press on an answer leads nowhere', async (room) => {
  const { page, address, seen } = room;
  // However slow the machine is, the second press comes at once.
  const now = Date.now();
  await page.clock.install({ time: now });
  await page.clock.pauseAt(now + 1000);
  await page.setViewportSize({ width: 390, height: 844 });
  await visit(room);
  const box = await page.locator('#koek-refuse').boundingBox();
  const at = [box.x + box.width / 2, box.y + box.height / 2];
  const answer = page.waitForResponse((one) => one.request().method() === 'POST');
  await page.mouse.click(...at);
  await answer;
  await page.waitForFunction(() => !localStorage.length);
  await page.mouse.click(...at, { clickCount: 2 });
  await quiet(page);
  assert.equal(page.url(), `${address}/`);
  assert.equal(seen.posts.length, 1);
  await page.clock.runFor(400);
  await page.waitForSelector('#koek-confirm a[href]');
});

for (const [width, height] of [[320, 568], [390, 844], [1280, 800]]) {
  test(`the confirmation does not grow when the proof comes late, at ${width} by ${height}`, async (room) => {
    const { page } = room;
    await page.setViewportSize({ width, height });
    let answer;
    const held = new Promise((resolve) => (answer = resolve));
    await page.route('**/api/v1/consents', async (route) => {
      await held;
      await route.continue();
    });
    await visit(room);
    await page.click('#koek-refuse');
    const before = await page.locator('#koek-done').boundingBox();
    answer();
    await page.waitForSelector('#koek-confirm a[href]');
    assert.deepEqual(await page.locator('#koek-done').boundingBox(), before);
  });
}
