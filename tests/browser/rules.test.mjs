/** When something is asked again and why; clocks that are wrong; and answers that come late. */
import assert from 'node:assert/strict';
import { change, CHANGED, NEW, restart } from './again.mjs';
import { fixture, press, quiet, ready, reopen, test, visit } from './support.mjs';

const LINK = '<main><h1>Proef</h1><a href="/privacy/settings" data-koek-settings>Instellingen</a></main>';
/** What is allowed in this page now. */
const answers = (page) => page.evaluate(() => koektrommel.choices());

/** What the page asks for the standing choice, from here on. */
function asking({ page }) {
  const asked = [];
  page.on('request', (one) => one.url().includes('/api/v1/choice') && asked.push(one.url()));
  return asked;
}

test('what has changed is asked again, alone, and says so', { faults: true }, async (room) => {
  const { page, address } = room;
  await visit(room);
  await press(page, '#koek-accept');
  await change(room, CHANGED);
  const asked = asking(room);
  await visit(room);
  assert.deepEqual(await page.$$eval('#koek-banner li', (all) => all.map((one) => one.textContent)), ['Veranderd: Uw weergave. Ook de letters.']);
  assert.deepEqual(await answers(page), { preferences: true, display: false });
  await quiet(page);
  assert.equal(asked.length, 1);
  await press(page, '#koek-refuse');
  await page.goto(`${address}/`);
  await ready(page);
  assert.deepEqual(await answers(page), { preferences: true, display: false });
  assert.equal(asked.length, 1, 'the cookie is enough again');
});

test('a yes that comes too late is asked again on the next page, though the browser still has the script of before', { faults: true }, async (room) => {
  const { page, seen } = room;
  await visit(room);
  await restart(room, CHANGED);
  await page.click('#koek-accept');
  await page.locator('#koek-confirm [role=status]', { hasText: 'Uw keuze is niet opgeslagen.' }).waitFor();
  await quiet(page);
  await visit(room);
  await press(page, '#koek-accept');
  assert.notEqual(seen.posts[1].notice, seen.posts[0].notice);
  assert.deepEqual(await answers(page), { preferences: true, display: true });
});

test('what is new is asked alone, and says so', { faults: true }, async (room) => {
  const { page } = room;
  await visit(room);
  await press(page, '#koek-refuse');
  await change(room, NEW);
  await visit(room);
  assert.deepEqual(await page.$$eval('#koek-banner li', (all) => all.map((one) => one.textContent.trim())), ['Nieuw: Berichten.']);
  await press(page, '#koek-accept');
  assert.deepEqual(await answers(page), { preferences: false, display: false, messages: true });
});

test('one of two is taken back on a page from before, though the other has changed', { faults: true }, async (room) => {
  const { page, context, address, seen } = room;
  const before = await (await fetch(`${address}/privacy/api/v1/notice?site=wsn&lang=nl`)).text();
  await visit(room);
  await press(page, '#koek-accept');
  await page.goto(`${address}/`);
  await change(room, CHANGED);
  await context.route('**/api/v1/notice**', (route) => route.fulfill({ contentType: 'application/json', body: before }));
  await reopen(page);
  await page.uncheck('#koek-p-preferences');
  await press(page, '#koek-save');
  assert.deepEqual(seen.posts.at(-1).choices, { preferences: false, display: true });
  await context.unroute('**/api/v1/notice**');
  await visit(room);
  assert.deepEqual(await page.$$eval('#koek-banner li', (all) => all.map((one) => one.textContent)), ['Veranderd: Uw weergave. Ook de letters.']);
  assert.deepEqual(await answers(page), { preferences: false, display: false });
});

test('a clock that is a year ahead asks the server, not the visitor', { faults: true }, async (room) => {
  const { page, context } = room;
  await visit(room);
  await press(page, '#koek-accept');
  await context.addInitScript(() => {
    const { now } = Date;
    Date.now = () => now() + 366 * 864e5;
  });
  const asked = asking(room);
  await fixture(room, LINK);
  await page.waitForFunction(() => window.koektrommel?.allows?.('display'));
  await quiet(page);
  assert.equal(asked.length, 1);
  assert.equal(await page.locator('#koek-banner').count(), 0);
  // Who cannot reach the server is not asked either: nothing is known, so nothing is allowed.
  await context.route('**/api/v1/choice**', (route) => route.abort());
  await page.reload();
  await ready(page);
  assert.deepEqual(await answers(page), { preferences: false, display: false });
  assert.equal(await page.locator('#koek-banner').count(), 0);
});

test('a yes ends when its time is over, also in a page that is open', async (room) => {
  const { page, context } = room;
  await context.addInitScript(() => {
    const { now } = Date;
    window.later = 0;
    Date.now = () => now() + window.later;
  });
  await visit(room);
  await press(page, '#koek-accept');
  await page.reload();
  await page.waitForFunction(() => window.koektrommel?.allows?.('display'));
  await page.evaluate(() => (window.later = 200 * 864e5));
  assert.deepEqual(await answers(page), { preferences: false, display: false });
});

for (const [word, last, expected] of [
  ['a no', '#koek-refuse-all', { preferences: false, display: false }],
  ['less', '#koek-save', { preferences: false, display: true }],
]) {
  test(`an answer to a yes that comes in after ${word} does not undo it`, async (room) => {
    const { page, context, address } = room;
    await visit(room);
    await press(page, '#koek-accept');
    const [old] = await context.cookies();
    await page.goto(`${address}/`);
    await reopen(page);
    if (last === '#koek-save') await page.uncheck('#koek-p-preferences');
    await press(page, last);
    // What a network does that held the first answer back until now.
    const said = page.waitForResponse((one) => one.request().method() === 'POST');
    await context.addCookies([old]);
    assert.equal((await said).status(), 201);
    await page.waitForFunction(() => localStorage.getItem('koek-outbox') === null);
    await page.goto(`${address}/`);
    await ready(page);
    assert.deepEqual(await answers(page), expected);
    assert.equal(await page.locator('#koek-banner').count(), 0);
  });
}
