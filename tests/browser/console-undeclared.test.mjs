/** What pages reported that no notice names, as the officer sees it in the console. */
import assert from 'node:assert/strict';
import { officer, signIn } from './staff.mjs';
import { audit, fixture, test } from './support.mjs';

/** Has a page report a name, as one view in ten does. */
async function report(room, name) {
  const { page, context } = room;
  await context.addInitScript(() => (Math.random = () => 0.05));
  await context.addInitScript((name) => location.pathname === '/fixture' && sessionStorage.setItem(name, 'secret'), name);
  const sent = page.waitForResponse((one) => one.url().endsWith('/undeclared'));
  await fixture(room, '<main><h1>Proef</h1></main>');
  assert.equal((await sent).status(), 204);
}

for (const [lang, words, none] of [
  ['nl', /Weinig gezien/, /Wij hebben geen andere namen gezien\./],
  ['en', /Seen rarely/, /We have not seen any other names\./],
]) {
  test(`the officer sees the name, never the value, and forgets it: ${lang}`, async (room) => {
    const { page, data } = room;
    const anna = officer(data);
    await report(room, 'odd-name_<b>1');
    await signIn(room, anna, lang);
    const table = page.locator('table[aria-labelledby=undeclared]');
    const cells = await table.locator('tbody td').allTextContents();
    assert.equal(cells[0], 'wsn');
    assert.match(cells[1], /^odd-name/);
    assert.match(cells[2], words);
    assert.equal(cells[3].trim(), '1');
    assert.match(cells[4], /^\d{4}-\d\d-\d\d$/);
    assert.ok(!(await page.content()).includes('secret'));
    await audit(page, `console, ${lang}`);
    await table.getByRole('button').click();
    await page.waitForFunction(() => !document.querySelector('table[aria-labelledby=undeclared]'));
    assert.match(await page.textContent('main'), none);
    await page.reload();
    assert.equal(await table.count(), 0);
  });
}
