/** No decision is lost or doubled: leaving, a server that is down, other tabs, the back button, blocked storage. */
import assert from 'node:assert/strict';
import { frontTest, records, site } from './front.mjs';
import { answers, fixture, logSize, press, quiet, ready, serve, test, turn, until, visit } from './support.mjs';

test('accept and leave at once: one record', async (room) => {
  const { page, address } = room;
  await visit(room);
  await page.evaluate(() => document.getElementById('koek-accept').addEventListener('click', () => (location.href = '/?weg=1')));
  await page.click('#koek-accept');
  await page.waitForURL(/weg=1/);
  await page.waitForFunction(() => window.koektrommel?.allows?.('display'));
  await page.waitForFunction(() => document.cookie.includes('__Host-koek=') && !localStorage.length);
  await quiet(page);
  assert.equal(await page.locator('#koek-banner').count(), 0);
  assert.equal(await logSize(address), 1);
});

frontTest('accept and leave at once for a page without the widget: the request outlives the page, and so does its answer', async ({ front, data, page, context }) => {
  front.pages['/'] = site();
  front.pages['/bare'] = '<!doctype html><html lang="nl"><title>Elders</title><link rel="icon" href="data:,"><h1>Elders</h1>';
  // Nothing comes back before the page is gone.
  let release;
  const held = new Promise((resolve) => (release = resolve));
  front.answered = () => held;
  await page.goto(front.address);
  await page.evaluate(() => document.getElementById('koek-accept').addEventListener('click', () => (location.href = '/bare')));
  await page.click('#koek-accept');
  await page.waitForURL(/bare/);
  assert.deepEqual(await context.cookies(), []);
  release();
  await until('the answer has set the cookie', async () => (await context.cookies()).map((one) => one.name), ['__Host-koek']);
  assert.equal(front.posts.length, 1, 'nothing had to be sent again');
  assert.equal((await records(data)).length, 1);
});

test('accept while the server is down, leave, server up: one record', { faults: true }, async (room) => {
  const { page, address, data, seen } = room;
  const port = new URL(address).port;
  const body = '<main><h1>Proef</h1><a href="/privacy/settings" data-koek-settings>Instellingen</a></main>';
  await fixture(room, body);
  await page.waitForSelector('#koek-banner');
  const script = await page.evaluate(async () => (await fetch('/privacy/koektrommel.js')).text());
  await room.server.stop();

  await page.click('#koek-accept');
  await page.waitForFunction(() => document.querySelector('#koek-confirm [role=status]').textContent);
  const kept = await page.evaluate(() => JSON.parse(localStorage.getItem('koek-outbox')));
  assert.equal(kept.length, 1);

  // The next page, from a cache, with the server still down: the choice stands, and is tried once more.
  await room.context.route(`${address}/privacy/koektrommel.js`, (route) =>
    route.fulfill({ contentType: 'text/javascript', body: script }),
  );
  await fixture(room, body, { path: '/fixture-2' });
  await page.waitForFunction(() => window.koektrommel?.allows?.('display'));
  await quiet(page);
  assert.equal(await page.locator('#koek-banner').count(), 0);

  room.server = await serve(data, port);
  await page.goto(`${address}/`);
  await page.waitForFunction(() => document.cookie.includes('__Host-koek=') && !localStorage.length);
  assert.deepEqual(new Set(seen.posts.map((one) => one.id)), new Set([kept[0].id]));
  assert.equal(await logSize(address), 1);
  assert.deepEqual(await answers(page), { preferences: true, display: true });
});

test('a change of mind while the server is down: asked again where it can, and it arrives in order', { faults: true }, async (room) => {
  const { page, address, data } = room;
  await visit(room);
  await room.server.stop();
  await page.click('#koek-accept');
  await page.waitForFunction(() => document.querySelector('#koek-confirm [role=status]').textContent);
  // The settings cannot be fetched. Refusing must be as easy as accepting was, so the first question comes back.
  await page.click('#koek-change');
  await page.waitForSelector('#koek-banner');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'koek-title');
  await page.click('#koek-refuse');
  await page.waitForFunction(() => JSON.parse(localStorage.getItem('koek-outbox')).length === 2);
  assert.equal(await page.evaluate(() => window.koektrommel.allows('display')), false);
  room.server = await serve(data, new URL(address).port);
  await page.goto(`${address}/`);
  await page.waitForFunction(() => document.cookie.includes('__Host-koek=') && !localStorage.length);
  assert.deepEqual(await answers(page), { preferences: false, display: false });
  assert.equal(await logSize(address), 2);
});

test('a refusal in the form of the settings page is not undone by a yes that still waits', { faults: true }, async (room) => {
  const { page, address, data } = room;
  await visit(room);
  await room.server.stop();
  await page.click('#koek-accept');
  await page.waitForFunction(() => document.querySelector('#koek-confirm [role=status]').textContent);
  room.server = await serve(data, new URL(address).port);
  await page.goto(`${address}/privacy/settings`);
  await turn(page, () => page.click('button[value=refuse]'));
  assert.match(page.url(), /saved=/);
  await page.waitForFunction(() => !localStorage.length);
  await page.goto(`${address}/`);
  await ready(page);
  assert.deepEqual(await answers(page), { preferences: false, display: false });
  assert.equal(await logSize(address), 2);
});

/** Accepts, takes it back while the server is too busy, and opens the settings page with that still waiting. */
async function waits(room) {
  const { page, context, address } = room;
  await visit(room);
  await press(page, '#koek-accept');
  const path = `${address}/privacy/api/v1/consents`;
  await context.route(path, (route) => route.fulfill({ status: 503, body: '' }));
  const answer = page.waitForResponse((one) => one.status() === 503);
  await page.evaluate(() => window.koektrommel.withdraw());
  await answer;
  await page.goto(`${address}/privacy/settings`);
  assert.equal(await page.evaluate(() => JSON.parse(localStorage.getItem('koek-outbox')).length), 1);
  return () => context.unroute(path);
}

/** The word of the form, of which the display alone is granted. */
async function choose(page) {
  await page.check('[name="choice.preferences"][value=no]');
  await page.check('[name="choice.display"][value=yes]');
  await page.click('button[value=save]');
}

/** What was said in the form stands at the site, and is in the log beside the first yes. */
async function stands({ page, address }, preferences = false) {
  await page.goto(`${address}/`);
  await page.waitForFunction(() => !localStorage.length);
  await ready(page);
  assert.deepEqual(await answers(page), { preferences, display: true });
  assert.equal(await logSize(address), 2);
}

test('a form of the settings page that finds no server is sent from the site, in the place of what still waited', { faults: true }, async (room) => {
  const { page, context, address, data } = room;
  const free = await waits(room);
  await free();
  await room.server.stop();
  const failed = context.waitForEvent('requestfailed', (one) => one.isNavigationRequest());
  await choose(page);
  await failed;
  room.server = await serve(data, new URL(address).port);
  await stands(room);
});

test('a form that is answered with a fault is sent from the site, as it was pressed last', { faults: true }, async (room) => {
  const { page, context, address } = room;
  const free = await waits(room);
  await context.route(`${address}/privacy/settings**`, (route) =>
    route.request().method() === 'POST' ? route.fulfill({ status: 503, contentType: 'text/html', body: 'Druk' }) : route.continue(),
  );
  await turn(page, () => choose(page));
  await page.goBack();
  await turn(page, () => page.click('button[value=accept]'));
  await free();
  await stands(room, true);
});

test('of two presses on the settings page while what waits goes out, the last counts', { faults: true }, async (room) => {
  const { page, context, address } = room;
  const free = await waits(room);
  await free();
  // What waits is on its way until the second press was made.
  let release;
  const held = new Promise((resolve) => (release = resolve));
  const under = page.waitForRequest(`${address}/privacy/api/v1/consents`);
  await context.route(`${address}/privacy/api/v1/consents`, async (route) => {
    await held;
    await route.continue();
  });
  await page.click('button[value=accept]');
  await under;
  await page.click('button[value=refuse]');
  await turn(page, release);
  await page.goto(`${address}/`);
  await page.waitForFunction(() => !localStorage.length);
  await ready(page);
  assert.deepEqual(await answers(page), { preferences: false, display: false });
});

test('a form with a question left open is no word: what waits goes on waiting', { faults: true }, async (room) => {
  const { page, context, address } = room;
  const free = await waits(room);
  await context.clearCookies();
  await page.reload();
  await page.evaluate(() => document.querySelectorAll('[required]').forEach((one) => one.removeAttribute('required')));
  await turn(page, () => page.click('button[value=save]'));
  await page.waitForSelector('[role=alert]');
  await quiet(page);
  assert.equal(await page.evaluate(() => JSON.parse(localStorage.getItem('koek-outbox')).length), 1);
  await free();
  await page.goto(`${address}/`);
  await page.waitForFunction(() => !localStorage.length);
  assert.deepEqual(await answers(page), { preferences: false, display: false });
});

test('a slow answer to a yes in one tab does not undo the no in another', { faults: true }, async (room) => {
  const { page, context, address } = room;
  let release;
  const held = new Promise((resolve) => (release = resolve));
  let first = true;
  await context.route(`${address}/privacy/api/v1/consents`, async (route) => {
    const response = await route.fetch();
    if (first) {
      first = false;
      await held;
    }
    await route.fulfill({ response });
  });
  await visit(room);
  await page.click('#koek-accept');
  const other = await context.newPage();
  await other.goto(`${address}/`);
  await other.waitForFunction(() => window.koektrommel?.allows?.('display'));
  await other.evaluate(() => window.koektrommel.withdraw());
  await other.waitForFunction(() => JSON.parse(localStorage.getItem('koek-outbox')).length === 2);
  release();
  await other.waitForFunction(() => document.cookie.includes('__Host-koek=') && !localStorage.length);
  assert.deepEqual(await answers(other), { preferences: false, display: false });
  assert.equal(await logSize(address), 2);
});

test('a notice that is no longer served: undone, dropped, asked again on the next page', { faults: true }, async (room) => {
  const { page, context, address } = room;
  const path = `${address}/privacy/api/v1/consents`;
  await context.route(path, (route) => route.fulfill({ status: 409, contentType: 'application/problem+json', body: '{}' }));
  await visit(room);
  await page.click('#koek-accept');
  await page.waitForFunction(() => !localStorage.length && !window.koektrommel.allows('display'));
  await page.locator('#koek-confirm [role=status]', { hasText: 'Uw keuze is niet opgeslagen.' }).waitFor();
  await context.unroute(path);
  await page.reload();
  await page.waitForSelector('#koek-banner');
  await press(page, '#koek-accept');
  assert.equal(await logSize(address), 1);
});

test('too busy: kept, and never sent more than once per page', { faults: true }, async (room) => {
  const { page, context, address, seen } = room;
  const path = `${address}/privacy/api/v1/consents`;
  await context.route(path, (route) => route.fulfill({ status: 503, headers: { 'retry-after': '1' }, body: '' }));
  await page.clock.install();
  await visit(room);
  const sent = async (times) => {
    await until('it is sent once', () => seen.posts.length, times);
    await quiet(page);
    // Whatever is to happen within the hour.
    await page.clock.runFor('01:00:00');
    await quiet(page);
    assert.equal(seen.posts.length, times);
  };
  await page.click('#koek-refuse');
  await sent(1);
  await page.reload();
  await sent(2);
  assert.equal(await page.locator('#koek-banner').count(), 0);
  await context.unroute(path);
  await page.reload();
  await page.waitForFunction(() => document.cookie.includes('__Host-koek=') && !localStorage.length);
  assert.equal(await logSize(address), 1);
});

test('another tab follows', async (room) => {
  const { page, context, address } = room;
  await visit(room);
  const other = await context.newPage();
  await other.goto(`${address}/`);
  await other.waitForSelector('#koek-banner');
  await press(page, '#koek-accept');
  await other.waitForSelector('#koek-banner', { state: 'detached' });
  assert.equal(await other.evaluate(() => window.koektrommel.allows('preferences')), true);
});

test('a choice in a form of another tab is followed at once, or when this one is looked at again', async (room) => {
  const { page, context, address } = room;
  await visit(room);
  const old = await context.newPage();
  await old.addInitScript(() => delete window.cookieStore);
  await old.goto(`${address}/`);
  await old.waitForSelector('#koek-banner');
  const other = await context.newPage();
  await other.goto(`${address}/privacy/settings`);
  await turn(other, () => other.click('button[value=accept]'));
  await page.waitForSelector('#koek-banner', { state: 'detached' });
  assert.equal(await page.evaluate(() => window.koektrommel.allows('display')), true);
  // Nothing but a cookie has changed, and this browser does not tell of cookies.
  await quiet(old);
  assert.equal(await old.locator('#koek-banner').count(), 1);
  await old.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await old.waitForSelector('#koek-banner', { state: 'detached' });
  assert.equal(await old.evaluate(() => window.koektrommel.allows('display')), true);
});

test('the back button follows', async (room) => {
  const { page, address } = room;
  await visit(room);
  await page.goto(`${address}/?lang=en`);
  await page.waitForSelector('#koek-banner');
  await press(page, '#koek-refuse');
  await page.goBack();
  await page.waitForSelector('#koek-banner', { state: 'detached' });
});

test('blocked storage and cookies: one question per page, and no error', async (room) => {
  const { page, context } = room;
  await context.addInitScript(() => {
    const refuse = () => {
      throw new DOMException('blocked', 'SecurityError');
    };
    Object.defineProperty(window, 'localStorage', { get: refuse });
    Object.defineProperty(Document.prototype, 'cookie', { get: () => '', set() {} });
  });
  await visit(room);
  const answer = page.waitForResponse((one) => one.request().method() === 'POST');
  await page.click('#koek-accept');
  assert.equal((await answer).status(), 201);
  await page.locator('#koek-confirm [role=status]', { hasText: 'Uw browser bewaart uw keuze niet.' }).waitFor();
  assert.equal(await page.evaluate(() => window.koektrommel.allows('display')), true);
  assert.equal(await page.locator('#koek-banner').count(), 0);
});

test('another tab follows by the news of the storage alone, and back', async (room) => {
  const { page, context, address } = room;
  await context.addInitScript(() => delete window.cookieStore);
  await visit(room);
  const other = await context.newPage();
  await other.goto(`${address}/`);
  await other.waitForSelector('#koek-banner');
  await press(page, '#koek-accept');
  await other.waitForSelector('#koek-banner', { state: 'detached' });
  await other.waitForFunction(() => window.koektrommel.allows('display'));
  await other.evaluate(() => window.koektrommel.withdraw());
  await page.waitForFunction(() => !window.koektrommel.allows('display'));
});
