/** What is said after a choice: what it was, that it can be changed, and the proof to carry away. */
import assert from 'node:assert/strict';
import { audit, logSize, press, test, visit } from './support.mjs';

for (const [path, id, says] of [
  ['/', '#koek-refuse', /^Bewaar uw bewijs: [0-9A-Z]/],
  ['/', '#koek-accept', /^Bewaar uw bewijs: [0-9A-Z]/],
  ['/?lang=en', '#koek-refuse', /^Save your proof: [0-9A-Z]/],
]) {
  test(`the confirmation offers the proof of ${id} on ${path}`, async (room) => {
    const { page, address } = room;
    await visit(room, path);
    await press(page, id);
    const link = page.locator('#koek-confirm a');
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
  assert.equal(await page.locator('#koek-confirm a').count(), 0);
});
