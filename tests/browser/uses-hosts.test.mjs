/**
 * The four functional uses and the browser's own no where the server is on another host: on a sibling host the page reads
 * the cookies, on another site only the server does.
 */
import assert from 'node:assert/strict';
import { hostTest, html, MODES, SITE, tagFor } from './deployment.mjs';
import { records } from './front.mjs';
import { press, quiet, ready, reopen } from './support.mjs';

const ELSEWHERE = ['sibling', 'cross-site'];

/** What every cookie has in a mode, `HttpOnly` or not. */
const ATTRIBUTES = {
  sibling: { prefix: '__Secure-', domain: '.wsn.example', sameSite: 'Lax', partitionKey: undefined },
  'cross-site': { prefix: '__Host-', domain: 'wsn.privacy.example', sameSite: 'None', partitionKey: 'https://wsn.example' },
};

const FORM = `<form data-koek-remember="repair"><label>Wat is er kapot? <input name="what"></label></form>
  <p><a href="/privacy/settings" data-koek-display>Letters en contrast</a></p>`;

const set = (page, use, name, value) =>
  page.evaluate(([use, name, value]) => window.koektrommel[use].set(name, value), [use, name, value]);
const is = (page, use, name, value) =>
  page.waitForFunction(([use, name, value]) => window.koektrommel?.[use]?.get?.(name) === value, [use, name, value]);
const hasDisplay = (page, name, value) =>
  page.waitForFunction(([name, value]) => document.documentElement.getAttribute(`data-koek-${name}`) === value, [name, value]);

/** A page of the site, when the widget knows the standing choice. */
async function go(page, path = '/') {
  await page.goto(SITE + path);
  await ready(page);
}

for (const mode of ELSEWHERE) {
  const { prefix, ...attributes } = ATTRIBUTES[mode];
  /** The cookies that are there, by their names without the prefix. */
  const kept = async ({ context, server }) => {
    const all = await context.cookies([SITE, server]);
    for (const { domain, sameSite, secure, path, name, partitionKey } of all) {
      assert.deepEqual({ domain, sameSite, partitionKey }, attributes, name);
      assert.ok(secure && path === '/' && name.startsWith(prefix), name);
    }
    return Object.fromEntries(all.map((one) => [one.name.slice(prefix.length), one]));
  };

  hostTest('what was typed is there on the next view, sealed, and can be forgotten', { mode }, async (room) => {
    const { page, pages } = room;
    pages['/form'] = { body: html(tagFor(mode), FORM) };
    await go(page, '/form');
    const put = page.waitForResponse((one) => one.request().method() === 'PUT');
    await page.fill('[name=what]', 'De kraan lekt');
    assert.equal((await put).status(), 204);
    const { koek_form: cookie, ...others } = await kept(room);
    assert.deepEqual([Object.keys(others), cookie.httpOnly, cookie.expires], [[], true, -1]);
    assert.ok(!decodeURIComponent(cookie.value).includes('kraan'), 'sealed');
    await go(page, '/form');
    await page.waitForFunction(() => document.querySelector('[name=what]').value === 'De kraan lekt');
    const gone = page.waitForResponse((one) => one.request().method() === 'DELETE');
    await page.locator('.koek-line button', { hasText: 'Wissen' }).click();
    assert.equal((await gone).status(), 204);
    assert.deepEqual(await kept(room), {});
  });

  hostTest('the next page takes what was handed on, once', { mode }, async (room) => {
    const { page } = room;
    await go(page);
    await page.evaluate(() => window.koektrommel.handoff.put('repair', { street: 'Dorpsstraat' }));
    const { koek_handoff: cookie } = await kept(room);
    assert.ok(cookie.httpOnly && cookie.expires === -1);
    await go(page);
    const take = () => page.evaluate(() => window.koektrommel.handoff.take('repair'));
    assert.deepEqual(await take(), { street: 'Dorpsstraat' });
  });

  hostTest('display and preferences: for this visit, with a yes for the next, and gone with a no', { mode }, async (room) => {
    const { page, pages, context } = room;
    pages['/form'] = { body: html(tagFor(mode), FORM) };
    await go(page, '/form');
    const answer = await set(page, 'display', 'text-size', '150');
    assert.deepEqual([answer.kept, answer.values], ['visit', { 'text-size': '150' }]);
    await hasDisplay(page, 'text-size', '150');
    await set(page, 'preferences', 'district', 'noord');
    const visit = await kept(room);
    assert.deepEqual(Object.keys(visit).sort(), ['koek_display', 'koek_preferences']);
    assert.ok(visit.koek_display.expires === -1 && visit.koek_preferences.expires === -1);

    // The next view, and another tab, which hears of what changes.
    await go(page, '/form');
    await hasDisplay(page, 'text-size', '150');
    await is(page, 'preferences', 'district', 'noord');
    const other = await context.newPage();
    await go(other, '/form');
    await hasDisplay(other, 'text-size', '150');
    await set(page, 'display', 'contrast', 'high');
    await hasDisplay(other, 'contrast', 'high');

    await press(page, '#koek-accept');
    const chosen = await kept(room);
    const half = Date.now() / 1000 + 150 * 86400;
    assert.ok(chosen.koek_display.expires > half && chosen.koek_preferences.expires > half, 'as long as the yes');
    await go(page, '/form');
    await hasDisplay(page, 'text-size', '150');
    await page.locator('[data-koek-display]').click();
    await page.locator('#koek-display [role=status]', { hasText: 'tot' }).waitFor();
    assert.ok(await page.isChecked('#koek-display [name=text-size][value="150"]'));

    // The page that says no stops showing it at once, before the server has heard of it.
    let release;
    const held = new Promise((resolve) => (release = resolve));
    await context.route('**/api/v1/consents', async (route) => {
      await held;
      await route.continue();
    });
    await page.click('#koek-refuse-all');
    await hasDisplay(page, 'text-size', null);
    await is(page, 'preferences', 'district', undefined);
    const answered = page.waitForResponse((one) => one.request().method() === 'POST');
    release();
    assert.equal((await answered).status(), 201);
    await page.waitForFunction(() => localStorage.getItem('koek-outbox') === null);
    // The other one follows, and the server has ended the cookies.
    for (const one of [page, other]) {
      await hasDisplay(one, 'text-size', null);
      await hasDisplay(one, 'contrast', null);
      await is(one, 'preferences', 'district', undefined);
    }
    assert.deepEqual(Object.keys(await kept(room)), ['koek']);
    await go(page, '/form');
    assert.equal(await page.evaluate(async () => (await window.koektrommel.display.set('motion', 'reduced')).kept), 'visit');
    await hasDisplay(page, 'text-size', null);
  });
}

hostTest('what was handed on is taken by nobody twice', { mode: 'cross-site', faults: true }, async ({ page }) => {
  await go(page);
  const taken = () => page.evaluate(() => window.koektrommel.handoff.take('repair'));
  await page.evaluate(() => window.koektrommel.handoff.put('repair', { street: 'Dorpsstraat' }));
  assert.deepEqual(await taken(), { street: 'Dorpsstraat' });
  assert.equal(await taken(), undefined);
});

/** One of the two purposes is shared with others. */
const SHARED = [['catalogue.toml', 'id = "display"\n', 'id = "display"\nrecipients = ["Kaartenmaker"]\n']];
/** The browser's two ways to say that nothing is to be shared; Chromium has no switch for either. */
const signal = (context) =>
  context.addInitScript(() => Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true, configurable: true }));
const SIGNALLED = { site: SHARED, profile: { extraHTTPHeaders: { 'Sec-GPC': '1' } } };

for (const mode of Object.keys(MODES)) {
  hostTest('the signal refuses what is shared, and a yes of her own stays', { mode, ...SIGNALLED }, async ({ page, context, data }) => {
    await signal(context);
    await go(page);
    await page.waitForSelector('#koek-banner');
    assert.deepEqual(await page.$$eval('#koek-banner li', (all) => all.map((one) => one.textContent.trim())), ['Uw voorkeuren']);
    assert.deepEqual(await context.cookies(), [], 'the signal alone stores nothing');
    await press(page, '#koek-accept');
    const choices = () => page.evaluate(() => window.koektrommel.choices());
    await go(page);
    assert.deepEqual(await choices(), { preferences: true, display: false });
    assert.equal(await page.locator('#koek-banner').count(), 0);
    await reopen(page);
    await page.check('#koek-p-display');
    await press(page, '#koek-save');
    await go(page);
    assert.deepEqual(await choices(), { preferences: true, display: true });
    const told = (await records(data)).map(({ gpc, actor, choices }) => [gpc, actor, choices.display]);
    assert.deepEqual(told, [[true, 'person', false], [true, 'person', true]]);
  });
}
