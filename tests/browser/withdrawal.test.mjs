/** What a no does with what the purpose kept, in whatever way it is said; and the watch where nothing can be chosen. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { KEEPS } from './keeps.mjs';
import { fixture, press, reopen, test } from './support.mjs';

const catalogue = await readFile(new URL('../../assets/wsn/catalogue.toml', import.meta.url), 'utf8');

const LINK = '<a href="/privacy/settings" data-koek-settings>Cookie-instellingen</a>';
const FRAME = '<iframe title="Kaart" width="400" height="300" data-koek="map" data-src="/demo/map.nl.html"></iframe>';

/** Leaves what the purpose keeps, and something that is none of its business. */
async function leave({ page, context, address }) {
  await context.addCookies([{ name: 'map_server', value: '1', url: address, httpOnly: true }]);
  await page.evaluate(() => {
    localStorage['map.home'] = localStorage.mine = '1';
    document.cookie = 'map_pin=1; Path=/';
    document.cookie = 'mine_too=1; Path=/';
  });
}

/** The names of all that is on the device, the widget's own choice cookie left out. */
const left = async ({ page, context }) =>
  [...(await context.cookies()).map((one) => one.name), ...(await page.evaluate(() => Object.keys(localStorage)))]
    .filter((name) => name !== '__Host-koek')
    .sort();

/** Waits until nothing of the purpose is left that a script can see. */
const cleared = ({ page }) => page.waitForFunction(() => !localStorage['map.home'] && !document.cookie.includes('map_pin'));

const decided = (page) => page.waitForResponse((one) => one.request().method() === 'POST' && one.status() === 201);

async function open(room) {
  await fixture(room, `<main><h1>Proef</h1>${LINK}${FRAME}</main>`);
  await room.page.evaluate(() => window.koektrommel.ready);
}

for (const way of ['withdraw', 'refuse']) {
  test(`koektrommel.${way}() clears what every purpose kept, the server's cookies and what was set for next time too`, { site: KEEPS }, async (room) => {
    const { page, seen } = room;
    await open(room);
    await press(page, '#koek-accept');
    await leave(room);
    assert.equal(await page.evaluate(async () => (await window.koektrommel.display.set('text-size', '150')).kept), 'choice');
    assert.deepEqual(await left(room), ['__Host-koek_display', 'map.home', 'map_pin', 'map_server', 'mine', 'mine_too']);
    const answer = decided(page);
    await page.evaluate((way) => window.koektrommel[way](), way);
    await answer;
    await cleared(room);
    assert.deepEqual(await left(room), ['mine', 'mine_too']);
    await page.waitForFunction(() => !document.documentElement.hasAttribute('data-koek-text-size'));
    const { actor, control, layer, choices } = seen.posts.at(-1);
    assert.deepEqual([actor, control, layer, Object.values(choices)], ['automation', way, 'api', [false, false, false]]);
  });
}

test('where storage is refused a withdrawal in the settings is confirmed like any other', { faults: true, site: KEEPS }, async (room) => {
  const { page, context } = room;
  await context.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('blocked', 'SecurityError');
      },
    });
  });
  await open(room);
  for (const [id, standing] of [['#koek-accept', true], ['#koek-refuse-all', false]]) {
    if (!standing) await reopen(page);
    const answer = decided(page);
    await page.click(id);
    await answer;
    await page.locator('#koek-done', { hasText: standing ? 'U heeft ja gezegd' : 'U heeft nee gezegd' }).waitFor();
    assert.equal(await page.evaluate(() => window.koektrommel.allows('map')), standing);
  }
  await page.waitForSelector('#koek-settings', { state: 'detached' });
});

test('a refusal in the banner clears what was left without a yes, and leaves what is for this visit', { site: KEEPS }, async (room) => {
  const { page } = room;
  await open(room);
  await page.waitForSelector('#koek-banner');
  await page.evaluate(() => window.koektrommel.display.set('text-size', '150'));
  await leave(room);
  await press(page, '#koek-refuse');
  // What only the server sees goes with its answer, the rest on the next page at the latest.
  assert.ok(!(await left(room)).includes('map_server'));
  await open(room);
  await cleared(room);
  assert.deepEqual(await left(room), ['__Host-koek_display', 'mine', 'mine_too']);
  assert.equal(await page.getAttribute('html', 'data-koek-text-size'), '150');
});

test('a program that refuses in the banner takes back what was allowed before, with all that it kept', { site: KEEPS }, async (room) => {
  const { page, seen } = room;
  await open(room);
  // A yes to one purpose leaves the others a question: the banner stays.
  await press(page, '.koek-embed button:has-text("Altijd tonen")');
  assert.equal(await page.evaluate(() => window.koektrommel.allows('map')), true);
  await page.waitForSelector('#koek-banner');
  await leave(room);
  const answer = decided(page);
  await page.$eval('#koek-refuse', (one) => one.click());
  await answer;
  await cleared(room);
  assert.deepEqual(await left(room), ['mine', 'mine_too']);
  assert.deepEqual(seen.posts.at(-1).choices, { display: false, map: false, preferences: false });
});

/** Nothing can be chosen; what the site needs is declared. */
const EXEMPT = [
  ['catalogue.toml', /# -+ choice -[^]*?(?=# -+ texts)/.exec(catalogue)[0], ''],
  ['catalogue.toml', '# -', `[[purposes]]
id = "session"
kind = "exempt"
basis = "contract"
dpv = "RequestedServiceProvision"
exemption = "strictly-necessary"
name = { nl = "Inloggen", en = "Signing in" }
text = { nl = "Zo blijft u ingelogd.", en = "So you stay signed in." }
reason = { nl = "U logt zelf in.", en = "You sign in yourself." }
cookies = [
  { name = "portal_*", storage = "cookie", http_only = false, set_by = "WSN", lifetime = { nl = "dit bezoek", en = "this visit" } },
  { name = "basket", storage = "session-storage", http_only = false, set_by = "WSN", lifetime = { nl = "dit bezoek", en = "this visit" } },
]

# -`],
];

test('where nothing can be chosen the watch tells what is not declared, and clears nothing', { site: EXEMPT }, async (room) => {
  const { page, context, address, seen } = room;
  await page.addInitScript(() => {
    Math.random = () => 0.05;
    sessionStorage.basket = localStorage['ad-id'] = '1';
    document.cookie = 'portal_session=1; Path=/';
    document.cookie = '_ga=1; Path=/';
  });
  const report = page.waitForRequest((one) => one.url() === `${address}/privacy/api/v1/undeclared`);
  await fixture(room, `<main><h1>Proef</h1>${LINK}</main>`);
  const request = await report;
  assert.deepEqual(request.postDataJSON(), { site: 'wsn', names: ['_ga', 'ad-id'] });
  assert.equal((await request.response()).status(), 204);
  assert.equal(await page.locator('#koek-banner').count(), 0);
  assert.equal(seen.posts.length, 1, 'nothing else is sent');
  const kept = await page.evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)].sort());
  assert.deepEqual(kept, ['ad-id', 'basket']);
  assert.deepEqual((await context.cookies()).map((one) => one.name).sort(), ['_ga', 'portal_session']);
});
