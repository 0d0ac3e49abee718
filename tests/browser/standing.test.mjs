/** What stands, and when it ends, is known to all that acts on it: where the page cannot read the cookie, too. */
import assert from 'node:assert/strict';
import { records } from './front.mjs';
import { hostTest, html, MODES, SITE, tagFor } from './deployment.mjs';
import { KEEPS } from './keeps.mjs';
import { fixture, press, quiet, ready, test, until } from './support.mjs';

/** One of the two purposes is shared with others. */
const SHARED = [['catalogue.toml', 'id = "display"\n', 'id = "display"\nrecipients = ["Kaartenmaker"]\n']];
const LINK = '<main><h1>Proef</h1><a href="/privacy/settings" data-koek-settings>Instellingen</a></main>';
const FRAME = '<iframe data-koek="preferences" data-src="/film" title="Film" width="400" height="300"></iframe>';
const FILM = '<!doctype html><html lang="nl"><title>Film</title><p>Film';
const ALWAYS = '.koek-embed >> button:has-text("Altijd tonen")';

/** The page of a host with a frame that waits. */
function framed({ pages, mode }) {
  pages['/'] = { body: html(tagFor(mode), FRAME) };
  pages['/film'] = { body: FILM };
}

const choices = (page) => page.evaluate(async () => (await window.koektrommel.ready).choices());

/** The answers in the choice cookie as the browser keeps it, whether the page may read it or not. */
async function kept(context, ...addresses) {
  const found = (await context.cookies(addresses)).find(({ name }) => /^__(Host|Secure)-koek$/.test(name));
  const list = new URLSearchParams(decodeURIComponent(found.value).slice(44)).get('p');
  return Object.fromEntries(list.split('~').map((one) => [one.split('.')[0], one.split('.')[1] === '1']));
}

for (const mode of Object.keys(MODES)) {
  hostTest('always showing one thing leaves a no to another as it was', { mode, site: SHARED }, async (room) => {
    const { page, context, server, data } = room;
    framed(room);
    await page.goto(SITE);
    await page.waitForSelector('#koek-banner');
    await press(page, '#koek-refuse');
    await page.goto(SITE);
    await press(page, ALWAYS);
    assert.deepEqual(await kept(context, SITE, server), { preferences: true, display: false });
    assert.deepEqual((await records(data)).at(-1).choices, { preferences: true, display: false });
    await page.goto(SITE);
    await ready(page);
    assert.deepEqual(await choices(page), { preferences: true, display: false });
    assert.equal(await page.locator('#koek-banner').count(), 0);
  });

  hostTest('always showing one thing is no answer to what was not asked', { mode, site: SHARED }, async (room) => {
    const { page, context, server, data } = room;
    framed(room);
    await page.goto(SITE);
    await page.waitForSelector('#koek-banner');
    await press(page, ALWAYS);
    assert.deepEqual(await kept(context, SITE, server), { preferences: true });
    assert.deepEqual((await records(data)).at(-1).choices, { preferences: true });
    await page.goto(SITE);
    await page.waitForSelector('#koek-banner');
    assert.deepEqual(await page.$$eval('#koek-banner li', (all) => all.map((one) => one.textContent.trim())), ['Nieuw: Uw weergave.']);
  });
}

test('a no that still waits to be sent is a no where one thing is always shown', { faults: true, site: SHARED }, async (room) => {
  const { page, context, address } = room;
  const path = `${address}/privacy/api/v1/consents`;
  await context.route(`${address}/film`, (route) => route.fulfill({ contentType: 'text/html', body: FILM }));
  await context.route(path, (route) => route.fulfill({ status: 503, body: '' }));
  await fixture(room, LINK + FRAME);
  await page.waitForSelector('#koek-banner');
  await page.click('#koek-refuse');
  await page.click(ALWAYS);
  await page.waitForFunction(() => JSON.parse(localStorage.getItem('koek-outbox')).length === 2);
  await quiet(page);
  await context.unroute(path);
  await page.reload();
  await page.waitForFunction(() => localStorage.getItem('koek-outbox') === null);
  await ready(page);
  assert.deepEqual(await kept(context, address), { preferences: true, display: false });
  assert.equal(await page.locator('#koek-banner').count(), 0);
});

hostTest('where nothing is known, always showing is once', { mode: 'cross-site', faults: true, site: SHARED }, async (room) => {
  const { page, context, server, requests } = room;
  framed(room);
  await page.goto(SITE);
  await page.waitForSelector('#koek-banner');
  await press(page, '#koek-refuse');
  const path = `${server}/privacy/api/v1/choice**`;
  await context.route(path, (route) => route.abort());
  await page.goto(SITE);
  await page.waitForSelector('.koek-embed');
  const sent = () => requests.filter((one) => one.startsWith('POST')).length;
  assert.equal(sent(), 1);
  await page.click(ALWAYS);
  await page.frameLocator('iframe').getByText('Film').waitFor();
  await quiet(page);
  assert.equal(sent(), 1, 'it would take the place of what nobody here can see');
  assert.deepEqual(await kept(context, SITE, server), { preferences: false, display: false });
  // As soon as it can be known, it is asked.
  await page.goto(SITE);
  await page.waitForSelector('.koek-embed');
  await context.unroute(path);
  await press(page, ALWAYS);
  assert.deepEqual(await kept(context, SITE, server), { preferences: true, display: false });
});

hostTest('what is learnt on a press is restated, a yes too', { mode: 'cross-site', faults: true, site: SHARED }, async (room) => {
  const { page, context, server, requests } = room;
  framed(room);
  await page.goto(SITE);
  await press(page, '#koek-accept');
  const path = `${server}/privacy/api/v1/choice**`;
  await context.route(path, (route) => route.abort());
  await page.goto(SITE);
  await page.waitForSelector('.koek-embed');
  await context.unroute(path);
  await press(page, ALWAYS);
  assert.deepEqual(await kept(context, SITE, server), { preferences: true, display: true });
  assert.equal(requests.filter((one) => one.startsWith('POST')).length, 2);
});

/** Puts off the clock of a page; what it is told, and a frame that waits, show what becomes of a yes that ends. */
const LATER = () => {
  const { now } = Date;
  window.later = 0;
  Date.now = () => now() + window.later;
  window.told = [];
  document.addEventListener('koektrommel:change', ({ detail }) => window.told.push(detail));
};
const ENDED = `<script type="text/plain" data-koek="!map">localStorage.undone = '1'</script>`;
const MAP = '<iframe data-koek="map" data-src="/film" title="Kaart" width="400" height="300"></iframe>';

/** The page as it is when its yes has ended, which it was told once. */
async function ended(page) {
  await page.waitForFunction(() => window.told.length);
  await page.waitForSelector('.koek-embed');
  await page.waitForFunction(() => localStorage.undone && !localStorage['map.home'] && !document.cookie.includes('map_pin'));
  const no = { preferences: false, display: false, map: false };
  assert.deepEqual(await page.evaluate(() => window.told), [{ choices: no, changed: ['map', 'preferences', 'display'] }]);
  assert.equal(await page.locator('iframe').getAttribute('src'), null);
  assert.deepEqual(await choices(page), no);
}

/** What scripts of the site left with a yes. */
const leave = (page) =>
  page.evaluate(() => {
    window.told = [];
    localStorage['map.home'] = '1';
    document.cookie = 'map_pin=1;Path=/';
  });

test('a yes that ends in an open page is told to it, and what it allowed goes', { site: KEEPS }, async (room) => {
  const { page, context, address } = room;
  await context.addInitScript(LATER);
  await context.route(`${address}/film`, (route) => route.fulfill({ contentType: 'text/html', body: FILM }));
  await fixture(room, LINK + MAP + ENDED);
  await press(page, '#koek-accept');
  await page.reload();
  await page.frameLocator('iframe').getByText('Film').waitFor();
  await quiet(page);
  await leave(page);
  // On the day of its end the browser drops the cookie.
  await page.evaluate(() => (window.later = 200 * 864e5));
  await context.clearCookies({ name: '__Host-koek' });
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await ended(page);
});

hostTest('a yes that ends in an open page that cannot read it is told to it as well', { mode: 'cross-site', site: KEEPS }, async (room) => {
  const { page, context, pages, mode, server, address } = room;
  await context.addInitScript(LATER);
  pages['/'] = { body: html(tagFor(mode), MAP + ENDED) };
  pages['/film'] = { body: FILM };
  await page.goto(SITE);
  await press(page, '#koek-accept');
  await page.goto(SITE);
  await page.frameLocator('iframe').getByText('Film').waitFor();
  await quiet(page);
  await leave(page);
  // On the day of its end the browser sends the cookie no more.
  await context.route(`${server}/privacy/api/v1/choice**`, async (route) => {
    const { pathname, search } = new URL(route.request().url());
    const answer = await fetch(address + pathname + search, { headers: { origin: SITE, 'accept-encoding': 'identity' } });
    await route.fulfill({ status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() });
  });
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await ended(page);
});

hostTest('a clock that is a year ahead ends no yes that the server says stands', { mode: 'cross-site' }, async ({ page, context }) => {
  await page.goto(SITE);
  await press(page, '#koek-accept');
  await context.addInitScript(() => {
    const { now } = Date;
    Date.now = () => now() + 366 * 864e5;
  });
  await page.goto(SITE);
  await ready(page);
  assert.deepEqual(await choices(page), { preferences: true, display: true });
  assert.equal(await page.locator('#koek-banner').count(), 0);
});

for (const mode of Object.keys(MODES)) {
  hostTest('what is left after a no goes on the next page', { mode, site: KEEPS, faults: true }, async ({ page, context }) => {
    await page.goto(SITE);
    await press(page, '#koek-accept');
    await leave(page);
    // Who leaves at once leaves before it is known what is to be cleared.
    const notice = '**/api/v1/notice?**';
    await context.route(notice, (route) => route.abort());
    const answer = page.waitForResponse((one) => one.request().method() === 'POST');
    await page.evaluate(() => window.koektrommel.withdraw());
    assert.equal((await answer).status(), 201);
    await page.waitForFunction(() => localStorage.getItem('koek-outbox') === null);
    await quiet(page);
    assert.equal(await page.evaluate(() => localStorage['map.home']), '1');
    await context.unroute(notice);
    await page.goto(SITE);
    await until('what is left', () => page.evaluate(() => [localStorage['map.home'], document.cookie.includes('map_pin')]), [undefined, false]);
  });
}
