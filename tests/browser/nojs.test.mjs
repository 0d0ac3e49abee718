/** Without JavaScript: the whole choice on the server's own page, in a real browser that runs none. */
import assert from 'node:assert/strict';
import { audit, logSize, ready, test, turn } from './support.mjs';

const OFF = { context: { javaScriptEnabled: false } };

/** The answers and the names of the other fields in the choice cookie. */
async function cookie(context) {
  const [found] = (await context.cookies()).filter((one) => one.name === '__Host-koek');
  if (!found) return undefined;
  const fields = new URLSearchParams(decodeURIComponent(found.value).slice(44));
  // Without the marks of what was granted.
  return { answers: fields.get('p').replace(/\.1\.[^~]*/g, '.1'), fields: [...fields.keys()].sort().join(' ') };
}

/** axe needs scripts, so it looks at the same address, with the same cookies, in a second window that runs them. */
async function look({ context, page }, state) {
  const other = await context.browser().newContext({ locale: 'nl-NL' });
  await other.addCookies(await context.cookies());
  for (const [width, colorScheme] of [[320, 'light'], [1280, 'dark']]) {
    const shown = await other.newPage();
    await shown.setViewportSize({ width, height: 800 });
    await shown.emulateMedia({ colorScheme });
    await shown.goto(page.url());
    await audit(shown, `${state} ${width} ${colorScheme}`);
    await shown.close();
  }
  await other.close();
}

test('choose, save, change and refuse without JavaScript', OFF, async (room) => {
  const { page, context, address } = room;
  await page.goto(`${address}/`);
  assert.equal(await page.locator('#koek-banner, #koek-reopen').count(), 0);
  assert.deepEqual(await context.cookies(), []);
  await turn(page, () => page.click('footer [data-koek-settings]'));
  await page.waitForURL(/\/privacy\/settings/);
  assert.equal(await page.locator('form.choice input:checked').count(), 0, 'nothing is ticked beforehand');
  assert.deepEqual(await context.cookies(), [], 'looking stores nothing');
  await look(room, 'open');

  await page.check('input[name="choice.display"][value=yes]');
  await page.check('input[name="choice.preferences"][value=no]');
  await turn(page, () => page.click('button[value=save]'));
  assert.deepEqual(await cookie(context), { answers: 'display.1~preferences.0', fields: 'd e id n p r v' });
  assert.ok(await page.isChecked('input[name="choice.display"][value=yes]'), 'what was chosen is shown');
  assert.ok(await page.isChecked('input[name="choice.preferences"][value=no]'));
  assert.equal(await logSize(address), 1);
  await look(room, 'saved');

  await page.reload();
  assert.equal(await logSize(address), 1, 'reloading sends nothing again');

  await page.check('input[name="choice.preferences"][value=yes]');
  await turn(page, () => page.click('button[value=save]'));
  assert.equal((await cookie(context)).answers, 'display.1~preferences.1');
  assert.equal(await logSize(address), 2);
  assert.ok((await page.locator('table tbody tr').count()) >= 2, 'both records are shown');
  await look(room, 'changed');

  await turn(page, () => page.click('button[value=refuse]'));
  assert.deepEqual(await cookie(context), { answers: 'display.0~preferences.0', fields: 'd e n p v' }, 'no identifier');
  assert.equal(await logSize(address), 3);
  await look(room, 'refused');
  await page.goBack();
  assert.equal(await logSize(address), 3, 'going back sends nothing again');
});

test('a form that leaves a question open says so and records nothing', { ...OFF, faults: true }, async (room) => {
  const { page, context, address } = room;
  await page.goto(`${address}/privacy/settings`);
  await page.check('input[name="choice.display"][value=yes]');
  await turn(page, () => page.click('button[value=save]'));
  await page.waitForSelector('[role=alert]');
  assert.deepEqual(await context.cookies(), []);
  assert.equal(await logSize(address), 0);
});

test('the choice made without JavaScript holds for the widget', async (room) => {
  const { page, address } = room;
  await page.goto(`${address}/privacy/settings`);
  await turn(page, () => page.click('button[value=accept]'));
  await page.goto(`${address}/`);
  await ready(page);
  assert.equal(await page.locator('#koek-banner').count(), 0);
  assert.deepEqual(await page.evaluate(() => window.koektrommel.choices()), { preferences: true, display: true });
});
