/**
 * What never happens, where a browser can see it: one test or more for each, by its number in this order.
 * 1 nothing on the device before a choice; 2 a refusal leaves no identifier; 7 taking back is never harder; 8 a machine
 * never accepts (machines.test.mjs); 9 no other host; 10 the page is left alone (also left-alone.test.mjs).
 */
import assert from 'node:assert/strict';
import { records } from './front.mjs';
import { answers, close, configure, escape, fixture, NOTHING, press, quiet, ready, reopen, serve, stored, test, turn, until, visit } from './support.mjs';

/** Every page that this program has for visitors, and the demonstration's, in each language where it differs. */
const PAGES = [
  '/?lang=nl', '/?lang=en', '/demo/repair.nl.html', '/demo/repair.en.html', '/demo/map.nl.html', '/demo/map.en.html',
  '/privacy?lang=nl', '/privacy?lang=en', '/privacy/cookies?lang=nl', '/privacy/cookies?lang=en',
  '/privacy/settings?lang=nl', '/privacy/settings?lang=en', '/privacy/settings/erase', '/privacy/settings/display',
  '/privacy/settings/preferences', '/privacy/verify?lang=nl', '/privacy/verify?lang=en', '/privacy/nowhere', '/officer',
];

/** A page of a site with everything in it that the widget knows of. */
const ALL = `<main><h1>Proef</h1><a href="/privacy/settings" data-koek-settings>Instellingen</a>
  <button data-koek-display>Weergave</button><div data-koek-table></div>
  <script type="text/plain" data-koek="preferences">window.ran = 1</script>
  <script type="text/plain" data-category="display">window.ran = 2</script>
  <iframe title="Kaart" width="400" height="300" data-koek="display" data-src="/demo/map.nl.html"></iframe>
  <form data-koek-remember="proef"><label>Naam <input name="name"></label></form>
  <script>window.koektrommel = window.koektrommel || []; koektrommel.push((api) => api.handoff.take('step').then(() => (window.taken = 1)));</script></main>`;

/** Opens a page and waits until the widget, if it has one, has done what it does by itself. */
async function look(page, address) {
  await page.goto(address);
  if (await page.locator('script[src*="koektrommel.js"]').count()) {
    await ready(page);
    await page.waitForSelector('#koek-banner');
  }
}

test('invariant 1: on no page is anything stored before a choice, and no cookie set', { faults: true }, async (room) => {
  const { page, context, address } = room;
  const answered = [];
  context.on('response', (answer) => answered.push(answer.headerValue('set-cookie').then((cookie) => cookie && answer.url())));
  for (const path of PAGES) {
    await look(page, address + path);
    // Every functional use is there to be used, and is not: looked at and walked through, nothing more.
    await page.keyboard.press('Tab');
    await page.mouse.wheel(0, 3000);
    await quiet(page);
    assert.deepEqual(await stored(page, context), NOTHING, path);
  }
  assert.ok(answered.length > PAGES.length);
  assert.deepEqual((await Promise.all(answered)).filter(Boolean), []);
});

test('invariant 1: nor by all that the widget does in a page, until something is chosen or used', { faults: true }, async (room) => {
  const { page, context } = room;
  // Looking for undeclared names included.
  await context.addInitScript(() => (Math.random = () => 0.01));
  await fixture(room, ALL);
  await page.waitForSelector('.koek-embed');
  await page.waitForSelector('[data-koek-table] table');
  await page.waitForFunction(() => window.taken);
  await page.focus('[name=name]');
  await page.keyboard.press('Escape');
  await page.click('[data-koek-display]');
  await page.waitForSelector('#koek-display');
  await page.check('#koek-p-display');
  // What was switched and not saved is asked about once.
  await page.keyboard.press('Escape');
  await page.waitForSelector('#koek-discard', { state: 'visible' });
  await escape(page);
  await page.hover('.koek-embed button');
  await quiet(page);
  assert.equal(await page.evaluate(() => window.ran), undefined);
  assert.deepEqual(await stored(page, context), NOTHING);
});

const REFUSALS = {
  'the banner': async ({ page }) => press(page, '#koek-refuse'),
  'the settings': async ({ page }) => (await reopen(page), press(page, '#koek-refuse-all')),
  'nothing ticked': async ({ page }) => (await reopen(page), press(page, '#koek-save')),
  'a script': async ({ page }) => {
    const answer = page.waitForResponse((one) => one.request().method() === 'POST');
    await page.evaluate(() => window.koektrommel.refuse());
    assert.equal((await answer).status(), 201);
    await page.waitForFunction(() => !localStorage.length);
  },
  'the settings page': async ({ page, address }) => {
    await page.goto(`${address}/privacy/settings`);
    await turn(page, () => page.click('button[value=refuse]'));
  },
};

for (const [where, refuse] of Object.entries(REFUSALS)) {
  test(`invariant 2: a refusal in ${where} stores no identifier, here or in the log, and lasts as long as a yes`, async (room) => {
    const { page, context, data } = room;
    await visit(room);
    await refuse(room);
    const [no, ...more] = await context.cookies();
    assert.deepEqual(more, []);
    assert.match(decodeURIComponent(no.value).slice(44), /^v=1&n=[\w-]{43}&d=\d{4}-\d\d-\d\d&e=\d{4}-\d\d-\d\d&p=display\.0~preferences\.0$/);
    assert.deepEqual(await stored(page, context), { ...NOTHING, cookies: ['__Host-koek'] });
    const [record] = await records(data);
    for (const name of ['subject', 'previous', 'device', 'visitor']) assert.equal(name in record, false, name);
    // Another visitor says yes: for no longer, on the device and in what is signed.
    await context.clearCookies();
    await visit(room);
    await press(page, '#koek-accept');
    const [yes] = await context.cookies();
    const until = ({ value }) => new URLSearchParams(decodeURIComponent(value).slice(44)).get('e');
    assert.ok(until(no) >= until(yes), 'in the cookie');
    assert.ok(no.expires >= yes.expires - 120, 'in the browser');
    const [, granted] = await records(data);
    assert.equal('subject' in granted, true, 'what is looked for is what a yes has');
  });
}

test('invariant 7: taking back costs no more than saying yes did, wherever the visitor is', { faults: true }, async (room) => {
  const { page, address } = room;
  for (const path of ['/?lang=nl', '/demo/repair.nl.html']) {
    await look(page, address + path);
    await press(page, '#koek-accept');
    await close(page);
    // One press to the question, as a new visitor finds it there; one press to answer it.
    await page.locator('[data-koek-settings]').first().click();
    const [no, yes] = await Promise.all(['#koek-refuse-all', '#koek-accept-all'].map((id) => page.locator(id).boundingBox()));
    assert.ok(no.height === yes.height && Math.abs(no.width - yes.width) <= 1, `${no.width} by ${no.height}, ${yes.width} by ${yes.height}`);
    await press(page, '#koek-refuse-all');
    assert.deepEqual(await answers(page), { display: false, preferences: false });
    assert.equal(await page.evaluate(() => window.koektrommel.allows('display')), false);
    await page.context().clearCookies();
  }
});

test('invariant 7: where the settings cannot be had, one press on the same question takes back', { faults: true }, async (room) => {
  const { page, context } = room;
  await visit(room);
  await press(page, '#koek-accept');
  await context.route(/koektrommel\.[0-9a-f]{16}\.[a-z]+\.js|api\/v1\/notice/, (route) => route.abort());
  await page.reload();
  await ready(page);
  await page.locator('[data-koek-settings]').first().click();
  await page.waitForSelector('#koek-banner');
  await press(page, '#koek-refuse');
  assert.deepEqual(await answers(page), { display: false, preferences: false });
});

test('invariant 7: any number of withdrawals, one upon the other: all recorded, none turned away', async (room) => {
  const { page, data } = room;
  await visit(room);
  const statuses = [];
  page.on('response', (one) => one.request().method() === 'POST' && statuses.push(one.status()));
  const TIMES = 15;
  for (let i = 0; i < TIMES; i++) {
    await reopen(page);
    await press(page, '#koek-accept-all');
    await page.evaluate(() => window.koektrommel.withdraw());
    await page.waitForFunction(() => document.cookie.includes('display.0') && !localStorage.length);
  }
  await until('each has its answer', () => statuses, Array(2 * TIMES).fill(201));
  const events = (await records(data)).map(({ event }) => event);
  assert.deepEqual(events, Array(TIMES).fill(['given', 'withdrawn']).flat());
});

test('invariant 7: a page from before the texts and purposes changed still takes back', { faults: true, site: [] }, async (room) => {
  const { page, address, data } = room;
  await visit(room);
  await press(page, '#koek-accept');
  await room.server.stop();
  const changed = [['catalogue.toml', 'id = "display"\n', 'id = "display"\nrevision = 2\n'], ['catalogue.toml', 'Deze cookie onthoudt', 'Dit cookie onthoudt']];
  const config = await configure(`${data}-changed`, changed);
  room.server = await serve(data, new URL(address).port, ['--config', config]);
  const answer = page.waitForResponse((one) => one.request().method() === 'POST');
  await page.evaluate(() => window.koektrommel.withdraw());
  assert.equal((await answer).status(), 201);
  await page.waitForFunction(() => !localStorage.length);
  assert.deepEqual(await answers(page), { display: false, preferences: false });
  assert.deepEqual((await records(data)).map(({ event }) => event), ['given', 'withdrawn']);
});

test('invariant 9: every request of every page, and of all that the widget fetches, goes to the own host', { faults: true }, async (room) => {
  const { page, context, address } = room;
  const asked = [];
  context.on('request', (request) => asked.push(request.url()));
  page.on('websocket', (socket) => asked.push(socket.url()));
  for (const path of PAGES) {
    await look(page, address + path);
    // What the browser is told to prepare is asked of others before any request of the page.
    const hints = await page.$$eval('link[href], a[ping], [src], [srcset], form[action], link[rel=preconnect]', (all) =>
      all.filter((one) => !one.matches('a')).map((one) => new URL(one.getAttribute('href') ?? one.getAttribute('src') ?? one.getAttribute('action') ?? '', location.href).href));
    asked.push(...hints);
  }
  await context.addInitScript(() => (Math.random = () => 0.01));
  await fixture(room, ALL);
  await page.waitForSelector('.koek-embed');
  await page.fill('[name=name]', 'Jansen');
  await page.evaluate(() => window.koektrommel.handoff.put('step', { two: 2 }));
  await page.click('[data-koek-display]');
  await page.waitForSelector('#koek-display');
  await page.locator('#koek-display input[type=radio]').last().check();
  await press(page, '#koek-accept-all');
  await page.frameLocator('iframe').locator('body').waitFor();
  await page.waitForSelector('#koek-confirm a[href]');
  await reopen(page);
  await press(page, '#koek-refuse-all');
  await quiet(page);
  const parts = new Set(asked.map((one) => /koektrommel\.[0-9a-f]{16}\.[a-z]+\.js/.exec(one)?.[0]).filter(Boolean));
  assert.equal(parts.size, 4, 'the walk has been through every part');
  const others = asked.filter((one) => new URL(one).origin !== address && !one.startsWith('data:'));
  assert.deepEqual([...new Set(others)], []);
  assert.ok(asked.length > 100, `${asked.length} requests were looked at`);
});
