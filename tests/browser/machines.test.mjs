/** What a machine may do for a visitor: refuse, in her place or by the browser's signal. It never accepts. */
import assert from 'node:assert/strict';
import { records } from './front.mjs';
import { answers, boxes, escape, fixture, NOTHING, press, quiet, ready, reopen, stored, test, turn, visit } from './support.mjs';

/** A browser that asks for nothing to be sold or shared. Chromium has no such switch, so its two ends are set. */
const GPC = { context: { extraHTTPHeaders: { 'Sec-GPC': '1' } } };
const signal = (context) =>
  context.addInitScript(() => Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true, configurable: true }));

/** One of the two purposes is shared. */
const SHARED = [['catalogue.toml', 'id = "display"\n', 'id = "display"\nrecipients = ["Kaartenmaker", "Bureau B"]\n']];
const ALL_SHARED = [...SHARED, ['catalogue.toml', 'id = "preferences"\n', 'id = "preferences"\nrecipients = ["Bureau B"]\n']];
const TABLE = '<main><h1>Proef</h1><a href="/privacy/settings" data-koek-settings>Instellingen</a><div data-koek-table></div></main>';

const asked = (page) => page.$$eval('#koek-banner li', (all) => all.map((one) => one.textContent));

test('invariant 8: the signal refuses what is shared, without a question; what stays here is asked for', { ...GPC, site: SHARED }, async (room) => {
  const { page, context, data, seen } = room;
  await signal(context);
  await visit(room);
  assert.deepEqual(await asked(page), ['Uw voorkeuren']);
  await press(page, '#koek-accept');
  assert.deepEqual(seen.posts[0].choices, { display: false, preferences: true }, 'a yes to what was asked is no yes to the rest');
  assert.deepEqual(await answers(page), { display: false, preferences: true });
  await page.reload();
  await ready(page);
  assert.equal(await page.locator('#koek-banner').count(), 0);
  const [record] = await records(data);
  assert.deepEqual([record.gpc, record.actor, record.control], [true, 'person', 'save']);
});

test('the signal and nothing but shared purposes: no banner, nothing stored, nothing sent, and the settings are there', { ...GPC, site: ALL_SHARED }, async (room) => {
  const { page, context, address, data, seen } = room;
  await signal(context);
  await page.goto(`${address}/`);
  await ready(page);
  // The page's own way to the settings is offered after the banner would have been.
  await reopen(page);
  await quiet(page);
  assert.equal(await page.locator('#koek-banner').count(), 0);
  assert.deepEqual(await stored(page, context), NOTHING);
  assert.deepEqual(seen.posts, []);
  assert.equal(await page.evaluate(() => window.koektrommel.allows('display')), false);
  // What the person says herself outranks the signal, and stays.
  await page.check('#koek-p-display');
  await press(page, '#koek-save');
  await page.reload();
  assert.equal(await page.evaluate(async () => (await window.koektrommel.ready).allows('display')), true);
  const [record] = await records(data);
  assert.deepEqual([record.gpc, record.actor, record.choices], [true, 'person', { display: true, preferences: false }]);
});

test('no signal: all is asked for, and the record says nothing of one', { site: SHARED }, async (room) => {
  const { page, data } = room;
  await visit(room);
  assert.deepEqual(await asked(page), ['Uw voorkeuren', 'Uw weergave']);
  await press(page, '#koek-refuse');
  const [record] = await records(data);
  assert.equal('gpc' in record, false);
});

test('only true is the signal', { site: SHARED }, async (room) => {
  const { page, context } = room;
  await context.addInitScript(() => Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => '1' }));
  await visit(room);
  assert.equal((await asked(page)).length, 2);
});

test('without a script the signal is a no to what is shared, that the visitor can change', { context: { javaScriptEnabled: false, ...GPC.context }, site: SHARED }, async (room) => {
  const { page, context, address, data } = room;
  await page.goto(`${address}/privacy/settings`);
  const checked = () => page.$$eval('form.choice input:checked', (all) => all.map(({ name, value }) => `${name} ${value}`));
  assert.deepEqual(await checked(), ['choice.display no'], 'what stays here has no answer yet');
  assert.match(await page.textContent('fieldset:has([name="choice.display"])'), /Wij delen dit met: Kaartenmaker, Bureau B\..*vraagt ons om niets te delen/);
  assert.doesNotMatch(await page.textContent('fieldset:has([name="choice.preferences"])'), /delen/);
  assert.deepEqual(await context.cookies(), [], 'looking stores nothing');
  await page.check('input[name="choice.preferences"][value=yes]');
  await turn(page, () => page.click('button[value=save]'));
  await page.check('input[name="choice.display"][value=yes]');
  await turn(page, () => page.click('button[value=save]'));
  assert.deepEqual(await checked(), ['choice.preferences yes', 'choice.display yes'], 'an answer of her own stays');
  const log = (await records(data)).map(({ gpc, choices }) => [gpc, choices.display]);
  assert.deepEqual(log, [[true, false], [true, true]]);
});

test('who receives what is told in the settings, in the page’s table and on the cookie page', { site: SHARED }, async (room) => {
  const { page, address } = room;
  await fixture(room, TABLE);
  await reopen(page);
  const about = (id) => page.textContent(`#koek-t-${id}`);
  assert.match(await about('display'), / Wij delen dit met: Kaartenmaker, Bureau B\.$/);
  assert.doesNotMatch(await about('preferences'), /delen/);
  await escape(page);
  await page.waitForSelector('[data-koek-table] table');
  const rows = await page.$$eval('[data-koek-table] tr', (all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));
  assert.equal(rows[0][2], 'Gedeeld met');
  assert.equal(rows.find(([name]) => name === '__Host-koek_display')[2], 'Kaartenmaker, Bureau B');
  assert.equal(rows.find(([name]) => name === '__Host-koek_preferences')[2], '');
  await page.goto(`${address}/privacy/cookies?lang=en`);
  assert.match(await page.textContent('#display'), /We share this with: Kaartenmaker, Bureau B\./);
  assert.match(await page.textContent('main'), /Global Privacy Control/);
});

test('where nobody else receives anything there is no column for it', async (room) => {
  const { page } = room;
  await fixture(room, TABLE);
  await page.waitForSelector('[data-koek-table] table');
  assert.equal(await page.locator('[data-koek-table] th[scope=col]').count(), 4);
});

/** Presses in every way that a script has: none of them is a person's. */
const imitate = (page, selector) =>
  page.$$eval(selector, (all) => {
    for (const one of all) {
      const at = { bubbles: true, composed: true, cancelable: true, key: 'Enter', code: 'Enter' };
      one.click();
      for (const [kind, name] of [['PointerEvent', 'pointerdown'], ['MouseEvent', 'mousedown'], ['MouseEvent', 'mouseup'], ['PointerEvent', 'click'],
        ['MouseEvent', 'click'], ['KeyboardEvent', 'keydown'], ['KeyboardEvent', 'keyup'], ['CustomEvent', 'click'], ['Event', 'submit']]) {
        one.dispatchEvent(new window[kind](name, at));
      }
    }
    return all.length;
  });

const FRAME = `<main><h1>Proef</h1><a href="/privacy/settings" data-koek-settings>Instellingen</a>
  <iframe title="Kaart" width="400" height="300" data-koek="display" data-src="/demo/map.nl.html"></iframe></main>`;

test('invariant 8: no press of a script accepts, on any control of the banner, the settings and a placeholder', async (room) => {
  const { page, seen } = room;
  await fixture(room, FRAME);
  await page.waitForSelector('.koek-embed');
  assert.equal(await imitate(page, '.koek-embed button'), 2);
  assert.equal(await imitate(page, '#koek-accept, #koek-choose'), 2);
  await page.waitForSelector('#koek-settings[open]');
  assert.equal(await imitate(page, '#koek-settings [id^=koek-p-], #koek-settings [for^=koek-p-]'), 4);
  await page.$$eval('#koek-settings [id^=koek-p-]', (all) => all.forEach((box) => (box.checked = true)));
  assert.equal(await imitate(page, '#koek-save, #koek-accept-all'), 2);
  await quiet(page);
  assert.deepEqual(seen.posts, []);
  assert.deepEqual(await page.evaluate(() => window.koektrommel.choices()), { preferences: false, display: false });
  assert.equal(await page.getAttribute('iframe', 'src'), null);
  assert.equal(await page.locator('#koek-banner').count(), 1, 'and the person is still asked');
  // All that the page's interface has, without a person.
  await page.evaluate(() => {
    const { koektrommel } = window;
    for (const name of ['accept', 'acceptAll', 'decide', 'save', 'set']) koektrommel[name]?.({ display: true, preferences: true });
    koektrommel.push((api) => api.accept?.());
  });
  await quiet(page);
  assert.deepEqual(seen.posts, []);
  assert.deepEqual(await boxes(page), { preferences: true, display: true });
  // A person who saves what she sees, accepts.
  await press(page, '#koek-save');
  assert.deepEqual([seen.posts[0].actor, seen.posts[0].choices], ['person', { preferences: true, display: true }]);
});

for (const [where, id, before] of [
  ['the banner', '#koek-refuse', async () => {}],
  ['the settings', '#koek-refuse-all', reopen],
  ['the settings with nothing ticked', '#koek-save', reopen],
]) {
  test(`a script may refuse in ${where}: recorded as a program's, and it holds`, async (room) => {
    const { page, data, seen } = room;
    await fixture(room, FRAME);
    await page.waitForSelector('#koek-banner');
    await before(page);
    const answer = page.waitForResponse((one) => one.request().method() === 'POST');
    await page.$eval(id, (one) => one.click());
    assert.equal((await answer).status(), 201);
    assert.equal(seen.posts.length, 1);
    const [record] = await records(data);
    assert.equal(record.actor, 'automation');
    assert.deepEqual(record.choices, { display: false, preferences: false });
    await page.reload();
    await ready(page);
    assert.equal(await page.locator('#koek-banner').count(), 0);
  });
}
