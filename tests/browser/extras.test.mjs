/** What few pages need: names that no notice has, what a no takes back, and Google's consent mode. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { KEEPS } from './keeps.mjs';
import { fixture, NOTHING, press, quiet, ready, reopen, stored, test, turn, until } from './support.mjs';

const LINK = '<a href="/privacy/settings" data-koek-settings>Cookie-instellingen</a>';
const PART = /\/privacy\/koektrommel\.[0-9a-f]{16}\.[a-z]+\.js$/;
const REPORT = '/privacy/api/v1/undeclared';

const guide = await readFile(new URL('../../docs/consent-mode.md', import.meta.url), 'utf8');
const [table, head] = ['toml', 'html'].map((language) => new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(guide)[1]);
/** The site with the table of the guide. */
const TOLD = [['koektrommel.toml', '# [sites.consent_mode]', table]];
const DENIED = {
  ad_storage: 'denied', ad_user_data: 'denied', ad_personalization: 'denied', analytics_storage: 'denied',
  functionality_storage: 'denied', personalization_storage: 'denied', security_storage: 'granted',
};

/** Serves the script with something else in what the server tells it. */
const told = (context, address, change) =>
  context.route(`${address}/privacy/koektrommel.js`, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: change(await answer.text()) });
  });

test('a sampled view reports names that stay, never values, and keeps nothing', async (room) => {
  const { page, context, seen } = room;
  await page.addInitScript(() => (Math.random = () => 0.05));
  await context.addCookies([{ name: '_odd_1234567', value: 'secret', url: room.address }]);
  const sent = page.waitForRequest((one) => one.url().endsWith(REPORT));
  // There before the widget looks for the first time; what passes is gone before it looks again.
  await page.addInitScript(() => {
    localStorage.setItem('left-here', 'secret');
    localStorage.setItem('darkreader', '1');
    document.cookie = 'passing=1';
    setTimeout(() => (document.cookie = 'passing=; Max-Age=0'), 4000);
  });
  await fixture(room, `<main><h1>Proef</h1>${LINK}</main>`);
  const request = await sent;
  assert.deepEqual(request.postDataJSON(), { site: 'wsn', names: ['_odd_#', 'left-here'] });
  assert.equal((await request.allHeaders()).cookie, undefined, 'no cookie goes along');
  assert.equal((await request.response()).status(), 204);
  await quiet(page);
  assert.equal(seen.posts.length, 1, 'once a page');
  const left = await stored(page, context);
  assert.deepEqual([left.local.sort(), left.cookies], [['darkreader', 'left-here'], ['_odd_1234567']]);
});

test('nine views in ten fetch nothing, and a site that does not look never does', async (room) => {
  const { page, context, address } = room;
  const asked = [];
  context.on('request', (request) => PART.test(request.url()) && asked.push(request.url()));
  await page.addInitScript(() => (Math.random = () => 0.11));
  await fixture(room, `<main><h1>Proef</h1>${LINK}</main>`);
  await page.waitForSelector('#koek-banner');
  await quiet(page);
  await told(context, address, (text) => text.replace(/,watch:10/, ''));
  await page.addInitScript(() => (Math.random = () => 0));
  await fixture(room, `<main><h1>Proef</h1>${LINK}</main>`, { path: '/fixture2' });
  await page.waitForSelector('#koek-banner');
  await quiet(page);
  assert.deepEqual(asked, []);
  assert.deepEqual(await stored(page, context), NOTHING);
});

test('a withdrawal clears what the purpose kept, under every path, and leaves the rest', async (room) => {
  const { page, context, address } = room;
  await context.route(`${address}/privacy/api/v1/notice?**`, async (route) => {
    const answer = await route.fetch();
    const notice = await answer.json();
    const more = [{ name: 'map_*', storage: 'cookie' }, { name: 'far', storage: 'cookie', path: '/else' }, { name: 'map', storage: 'local-storage' }, { name: 'tab_*', storage: 'session-storage' }];
    notice.purposes.find((one) => one.id === 'display').cookies.push(...more);
    await route.fulfill({ response: answer, json: notice });
  });
  await fixture(room, `<main><h1>Proef</h1>${LINK}</main>`, { path: '/a/b/page' });
  await press(page, '#koek-accept');
  await page.evaluate(() => {
    for (const rest of ['', ';Path=/', ';Path=/a', ';Path=/a/b/', ';Path=/;Secure', ';Path=/;Secure;Partitioned']) document.cookie = `map_1=x${rest}`;
    document.cookie = 'far=1;Path=/else';
    document.cookie = 'mine=1;Path=/';
    localStorage.map = sessionStorage.tab_2 = localStorage.mine = '1';
  });
  await reopen(page);
  await page.uncheck('#koek-p-display');
  await press(page, '#koek-save');
  await page.waitForFunction(() => !/map_1/.test(document.cookie) && !localStorage.map && !sessionStorage.tab_2);
  const names = async () => (await context.cookies([`${address}/a/b/page`, `${address}/else`])).map((one) => one.name).sort();
  await until('what is left', names, ['__Host-koek', 'mine']);
  assert.equal(await page.evaluate(() => localStorage.mine), '1');
});

test('a withdrawal in the settings clears also where the other part cannot be fetched', { faults: true }, async (room) => {
  const { page, context, address } = room;
  await context.route(`${address}/privacy/api/v1/notice?**`, async (route) => {
    const answer = await route.fetch();
    const notice = await answer.json();
    notice.purposes.find((one) => one.id === 'display').cookies.push({ name: 'map', storage: 'cookie' }, { name: 'map', storage: 'local-storage' });
    await route.fulfill({ response: answer, json: notice });
  });
  await fixture(room, `<main><h1>Proef</h1>${LINK}</main>`);
  await press(page, '#koek-accept');
  await page.evaluate(() => {
    document.cookie = 'map=x;Path=/';
    localStorage.map = '1';
  });
  await reopen(page);
  await context.route(PART, (route) => route.abort());
  await page.uncheck('#koek-p-display');
  await page.click('#koek-save');
  await until('all is cleared', () => page.evaluate(() => [/map=/.test(document.cookie), localStorage.map]), [false, undefined]);
});

test("Google is told, by the guide's own page and table: the default first, an update for each change, one at load for a standing choice", { site: TOLD }, async (room) => {
  const { page } = room;
  await fixture(room, `<main><h1>Proef</h1>${LINK}</main>`, { tag: false, head });
  await page.waitForSelector('#koek-banner');
  await quiet(page);
  const layer = () => page.evaluate(() => dataLayer.map((one) => [Object.prototype.toString.call(one), ...one]));
  const told = (kind, signals) => ['[object Arguments]', 'consent', kind, signals];
  const first = told('default', { ...DENIED, wait_for_update: 500 });
  assert.deepEqual(await layer(), [first], 'no choice, no update');
  await page.click('#koek-choose');
  await page.check('#koek-p-preferences');
  await press(page, '#koek-save');
  await page.waitForFunction(() => dataLayer.length === 2);
  const some = told('update', { ...DENIED, functionality_storage: 'granted' });
  assert.deepEqual(await layer(), [first, some]);
  await page.reload();
  await page.waitForFunction(() => dataLayer.length === 2);
  assert.deepEqual(await layer(), [first, some]);
  await reopen(page);
  await press(page, '#koek-accept-all');
  await page.waitForFunction(() => dataLayer.length === 3);
  assert.deepEqual((await layer())[2], told('update', { ...DENIED, functionality_storage: 'granted', personalization_storage: 'granted' }));
  await page.evaluate(() => window.koektrommel.withdraw());
  await page.waitForFunction(() => dataLayer.length === 4);
  assert.deepEqual((await layer())[3], told('update', DENIED));
  assert.equal(await page.evaluate(() => typeof window.__tcfapi), 'undefined');
});

test('a first no, and a question that is open, tell Google nothing', { site: TOLD }, async (room) => {
  const { page } = room;
  await fixture(room, `<main><h1>Proef</h1>${LINK}</main>`, { tag: false, head });
  await press(page, '#koek-refuse');
  await quiet(page);
  assert.equal(await page.evaluate(() => dataLayer.length), 1);
  // On the next page every question has been answered.
  await page.reload();
  await page.waitForFunction(() => dataLayer.length === 2);
  assert.deepEqual(await page.evaluate(() => dataLayer[1][2]), DENIED);
});

test('what is left of a yes that was taken back elsewhere, or has ended, goes on the next page', { site: KEEPS }, async (room) => {
  const { page, context, address } = room;
  const leave = () => page.evaluate(() => {
    localStorage['map.home'] = localStorage.mine = '1';
    document.cookie = 'map_pin=1';
  });
  const left = () => page.evaluate(() => [...Object.keys(localStorage), ...document.cookie.split('; ').map((one) => one.split('=')[0])].filter(Boolean).sort());
  const gone = () => page.waitForFunction(() => !localStorage['map.home'] && !document.cookie.includes('map_pin'));
  const open = async () => {
    await fixture(room, `<main><h1>Proef</h1>${LINK}</main>`);
    await ready(page);
  };
  await open();
  await press(page, '#koek-accept');
  await leave();
  await open();
  assert.deepEqual(await left(), ['__Host-koek', 'map.home', 'map_pin', 'mine'], 'with a yes it stays');

  // A no where no script of the site runs.
  await page.goto(`${address}/privacy/settings`);
  await turn(page, () => page.click('button[value=refuse]'));
  assert.ok((await left()).includes('map.home'));
  await open();
  await gone();
  assert.deepEqual(await left(), ['__Host-koek', 'mine']);

  // A yes that has ended, or was to something else: there is no answer any more.
  await leave();
  await context.clearCookies({ name: '__Host-koek' });
  await open();
  await gone();
  assert.deepEqual(await left(), ['mine']);

  // What was set for this visit needs no yes.
  await page.evaluate(() => window.koektrommel.display.set('text-size', '150'));
  await leave();
  await open();
  await gone();
  assert.deepEqual(await left(), ['__Host-koek_display', 'mine']);
});

test('a question that is new keeps nothing back that Google was told before', async (room) => {
  const { page, context, address } = room;
  await told(context, address, (text) => text.replace('site:"', 'signals:{"functionality_storage":["preferences"]},site:"'));
  const body = `<main><h1>Proef</h1>${LINK}<iframe data-koek="preferences" data-src="/empty" title="Film"></iframe></main>`;
  await context.route(`${address}/empty`, (route) => route.fulfill({ contentType: 'text/html', body: '<title>Film</title>' }));
  await fixture(room, body);
  await press(page, '.koek-embed >> button:has-text("Altijd tonen")');
  await page.reload();
  await page.waitForSelector('#koek-banner');
  await page.waitForFunction(() => window.dataLayer?.length === 1);
  assert.deepEqual(await page.evaluate(() => [dataLayer[0][1], dataLayer[0][2].functionality_storage]), ['update', 'granted']);
});
