/** The back-forward cache: a page that comes back as it was left shows the choice that was made since. */
import assert from 'node:assert/strict';
import { press, quiet, test, turn, visit } from './support.mjs';

// Playwright turns the cache off; these tests are about it.
const CACHE = { launch: { ignoreDefaultArgs: ['--disable-back-forward-cache'] } };

/** Leaves the page and comes back to it; true if it was taken from the cache. */
async function leaveAndReturn(room, meanwhile) {
  const { page, context, address } = room;
  await page.evaluate(() => {
    window.kept = 'kept';
    addEventListener('pageshow', (event) => (window.persisted = event.persisted));
  });
  // A page that is asking for something, or holds a lock, is not kept.
  await quiet(page);
  await page.waitForFunction(async () => !(await navigator.locks.query()).held.length);
  await page.goto(`${address}/privacy/cookies`);
  const other = await context.newPage();
  await meanwhile(other);
  await other.close();
  // `goBack` waits for a load that a page from the cache does not have.
  await page.evaluate(() => history.back()).catch(() => {});
  await page.waitForFunction(() => location.pathname === '/' && (window.persisted !== undefined || window.kept === undefined));
  return page.evaluate(() => window.kept === 'kept' && window.persisted === true);
}

test('a page in the cache follows a choice made elsewhere', CACHE, async (room) => {
  const { page, address } = room;
  await visit(room);
  const cached = await leaveAndReturn(room, async (other) => {
    await other.goto(`${address}/`);
    await press(other, '#koek-accept');
  });
  assert.equal(cached, true, 'the widget keeps the page out of the cache');
  await page.waitForSelector('#koek-banner', { state: 'detached' });
  assert.equal(await page.evaluate(() => window.koektrommel.allows('display')), true);
});

test('where a browser tells of nothing else, that it is back is enough', CACHE, async (room) => {
  const { page, context, address } = room;
  await context.addInitScript(() => {
    delete window.cookieStore;
    addEventListener('visibilitychange', (event) => event.stopImmediatePropagation(), true);
  });
  await visit(room);
  await press(page, '#koek-accept');
  const cached = await leaveAndReturn(room, async (other) => {
    await other.goto(`${address}/privacy/settings`);
    await turn(other, () => other.click('button[value=refuse]'));
  });
  assert.equal(cached, true);
  await page.waitForFunction(() => !window.koektrommel.allows('display'));
});

test('and a withdrawal', CACHE, async (room) => {
  const { page, address } = room;
  await visit(room);
  await press(page, '#koek-accept');
  const cached = await leaveAndReturn(room, async (other) => {
    await other.goto(`${address}/privacy/settings`);
    await other.click('button[value=refuse]');
    await other.waitForURL(/saved=/);
  });
  assert.equal(cached, true);
  await page.waitForFunction(() => !window.koektrommel.allows('display'));
});
