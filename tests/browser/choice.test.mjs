/** What a visitor can do, and what is and is not left on her device. */
import assert from 'node:assert/strict';
import { answers, boxes, escape, fixture, logSize, NOTHING, press, quiet, ready, reopen, stored, test, visit } from './support.mjs';

test('nothing is stored and nothing is sent before a choice', async (room) => {
  const { page, context, seen } = room;
  await visit(room);
  await page.keyboard.press('Escape');
  await page.mouse.wheel(0, 4000);
  await page.keyboard.press('Tab');
  // The last thing that the widget does by itself: it says to who cannot see it that it is there.
  await page.waitForSelector('#koek-banner [role=status]:not(:empty)', { state: 'attached' });
  await quiet(page);
  assert.deepEqual(await stored(page, context), NOTHING);
  await page.click('#koek-choose');
  await page.waitForSelector('#koek-settings[open]');
  assert.deepEqual(Object.values(await boxes(page)), [false, false]);
  await escape(page);
  await page.reload();
  await page.waitForSelector('#koek-banner');
  await quiet(page);
  assert.deepEqual(await stored(page, context), NOTHING);
  assert.deepEqual(seen.posts, []);
});

test('accepting takes one press, is recorded once, and is not asked again', async (room) => {
  const { page, address, seen } = room;
  await visit(room);
  await press(page, '#koek-accept');
  assert.equal(await page.locator('#koek-banner').count(), 0);
  assert.match(await page.textContent('#koek-confirm'), /Uw voorkeuren/);
  assert.deepEqual(await page.evaluate(() => window.koektrommel.choices()), { preferences: true, display: true });
  const [sent] = seen.posts;
  assert.equal(sent.control, 'accept');
  assert.equal(sent.layer, 'banner');
  assert.equal(sent.actor, 'person');
  assert.match(sent.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  await page.reload();
  await ready(page);
  assert.equal(await page.locator('#koek-banner').count(), 0);
  assert.equal(await page.evaluate(() => window.koektrommel.allows('display')), true);
  assert.equal(await logSize(address), 1);
});

test('refusing takes one press and leaves no identifier anywhere', async (room) => {
  const { page, context } = room;
  await visit(room);
  await press(page, '#koek-refuse');
  assert.deepEqual(await stored(page, context), { ...NOTHING, cookies: ['__Host-koek'] });
  const [cookie] = await context.cookies();
  // The payload after the signature: no id, no place in the log, a date to the day.
  assert.match(
    decodeURIComponent(cookie.value).slice(44),
    /^v=1&n=[\w-]{43}&d=\d{4}-\d\d-\d\d&e=\d{4}-\d\d-\d\d&p=display\.0~preferences\.0$/,
  );
  await page.reload();
  await ready(page);
  assert.equal(await page.locator('#koek-banner').count(), 0);
});

test('two visitors who refuse on one day hold the same cookie', async (room) => {
  const { page, context } = room;
  const refusal = async () => {
    await context.clearCookies();
    await visit(room);
    await press(page, '#koek-refuse');
    return (await context.cookies())[0].value;
  };
  const day = (value) => /[?&]d=([^&]+)/.exec(decodeURIComponent(value))[1];
  let [first, second] = [await refusal(), await refusal()];
  // A day may have begun between the two.
  if (day(first) !== day(second)) first = await refusal();
  assert.equal(second, first);
});

test('choosing per purpose, then re-opening, shows what was stored', async (room) => {
  const { page } = room;
  await visit(room);
  await page.click('#koek-choose');
  await page.check('#koek-p-display');
  await press(page, '#koek-save');
  assert.deepEqual(await answers(page), { preferences: false, display: true });
  assert.match(await page.textContent('#koek-done'), /ja gezegd tegen: Uw weergave\. En nee tegen: Uw voorkeuren\./);
  await page.reload();
  await reopen(page);
  assert.deepEqual(await boxes(page), { preferences: false, display: true });
});

test('withdrawing by the settings and by the page', async (room) => {
  const { page, seen } = room;
  await visit(room);
  await press(page, '#koek-accept');
  await page.reload();
  await reopen(page);
  await press(page, '#koek-refuse-all');
  assert.deepEqual(await answers(page), { preferences: false, display: false });
  await reopen(page);
  await page.check('#koek-p-preferences');
  await press(page, '#koek-save');
  const answered = page.waitForResponse((one) => one.request().method() === 'POST');
  await page.evaluate(() => window.koektrommel.withdraw());
  assert.equal(await page.evaluate(() => window.koektrommel.allows('preferences')), false);
  assert.equal((await answered).status(), 201);
  assert.deepEqual(
    seen.posts.map(({ layer, control, actor }) => `${layer} ${control} ${actor}`),
    ['banner accept person', 'settings refuse person', 'settings save person', 'api withdraw automation'],
  );
});

test('a program can refuse, never accept', async (room) => {
  const { page, seen } = room;
  await visit(room);
  await page.evaluate(() => document.getElementById('koek-accept').click());
  await page.evaluate(() => document.getElementById('koek-choose').click());
  await page.waitForSelector('#koek-settings[open]');
  await page.evaluate(() => {
    document.getElementById('koek-p-display').click();
    document.getElementById('koek-save').click();
    document.getElementById('koek-accept-all').click();
  });
  assert.equal(await page.evaluate(() => 'accept' in window.koektrommel), false);
  await quiet(page);
  assert.deepEqual(seen.posts, []);
  // What was switched and not saved is asked about once.
  await page.keyboard.press('Escape');
  await page.waitForSelector('#koek-discard', { state: 'visible' });
  await escape(page);
  const answer = page.waitForResponse((one) => one.request().method() === 'POST');
  await page.evaluate(() => document.getElementById('koek-refuse').click());
  assert.equal((await answer).status(), 201);
  assert.equal(seen.posts[0].actor, 'automation');
  assert.equal(await page.locator('#koek-banner').count(), 0);
});

const SCRIPTS = `<main><h1>Proef</h1><a href="/privacy/settings" data-koek-settings>Cookie-instellingen</a>
  <script>window.ran = []; window.koektrommel = window.koektrommel || [];
    koektrommel.push((api) => { ran.push('queued'); api.on('change', ({ changed }) => ran.push('change ' + changed)); });
    document.addEventListener('koektrommel:ready', () => ran.push('ready'));</script>
  <script type="text/plain" data-koek="preferences">ran.push('preferences');</script>
  <script type="text/plain" data-koek="display">ran.push('display');</script>
  <script type="text/plain" data-koek="choice">ran.push('exempt');</script>
  <script type="text/plain" data-koek="unheard-of">ran.push('unheard-of');</script>
  <script type="text/plain" data-koek="!preferences">ran.push('withdrawn');</script></main>`;

test('a waiting script runs exactly once, and never without a yes', async (room) => {
  const { page } = room;
  const ran = () => page.evaluate(() => window.ran);
  await fixture(room, SCRIPTS);
  await page.waitForSelector('#koek-banner');
  await page.waitForFunction(() => window.ran.length === 3);
  await quiet(page);
  assert.deepEqual(await ran(), ['queued', 'ready', 'exempt']);
  await page.click('#koek-choose');
  await page.check('#koek-p-preferences');
  await press(page, '#koek-save');
  await page.waitForFunction(() => window.ran.length === 5);
  assert.deepEqual((await ran()).slice(3), ['change preferences', 'preferences']);
  await reopen(page);
  await press(page, '#koek-save');
  await quiet(page);
  assert.equal((await ran()).length, 5);
  await reopen(page);
  await page.uncheck('#koek-p-preferences');
  await press(page, '#koek-save');
  await page.waitForFunction(() => window.ran.length === 7);
  assert.deepEqual((await ran()).slice(5), ['change preferences', 'withdrawn']);
  await reopen(page);
  await page.check('#koek-p-preferences');
  await press(page, '#koek-save');
  await quiet(page);
  assert.deepEqual((await ran()).slice(7), ['change preferences']);
  await page.reload();
  await ready(page);
  await page.waitForFunction(() => window.ran.length === 4);
  await quiet(page);
  assert.deepEqual(await ran(), ['queued', 'ready', 'preferences', 'exempt']);
});

test('a strict content policy is enough, with Trusted Types', async (room) => {
  const { page } = room;
  const policy = `default-src 'none'; script-src 'self' 'nonce-n1'; style-src 'self'; connect-src 'self';
    require-trusted-types-for 'script'; trusted-types koektrommel`.replace(/\s+/g, ' ');
  await fixture(
    room,
    `<main><h1>Proef</h1><script nonce="n1" type="text/plain" data-koek="display">window.ran = 1</script></main>`,
    { headers: { 'content-security-policy': policy } },
  );
  await page.waitForSelector('#koek-banner');
  assert.equal(await page.$eval('#koek-banner', (one) => getComputedStyle(one).position), 'fixed');
  await press(page, '#koek-accept');
  await page.waitForFunction(() => window.ran === 1);
  // This page has no way back of its own, so the widget gives it one.
  await page.click('#koek-open');
  await page.waitForSelector('#koek-settings[open]');
});
