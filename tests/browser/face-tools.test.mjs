/** People's own tools: programs that refuse for them find the button, press it, and the record says so. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fixture, logSize, require, test, visit } from './support.mjs';

// Beside its entry: the content script with a page's own functions for messages.
const script = await readFile(join(dirname(require.resolve('@duckduckgo/autoconsent')), 'autoconsent.playwright.js'), 'utf8');
const shipped = async (name) =>
  JSON.parse(await readFile(new URL(`../../docs/refusing-programs/${name}.json`, import.meta.url), 'utf8'));

/** Runs autoconsent as its extension does, with these rules, until it is done; gives what it told. */
async function autoconsent({ page }, config, rules) {
  const told = [];
  let finish;
  const done = new Promise((resolve) => (finish = resolve));
  await page.exposeBinding('autoconsentSendMessage', ({ frame }, message) => {
    told.push(message);
    if (['autoconsentDone', 'autoconsentError', 'optOutResult'].includes(message.type)) finish();
    if (message.type !== 'init') return;
    const answer = { type: 'initResp', config: { enabled: true, autoAction: 'optOut', ...config }, rules };
    frame.evaluate((one) => window.autoconsentReceiveMessage(one), answer).catch(finish);
  });
  await page.waitForFunction(() => document.readyState === 'complete');
  await page.evaluate(script);
  await done;
  return told;
}

const MEANS = [
  ['by its own recognition', { heuristicMode: 'reject' }, async () => ({ autoconsent: [] }), 'HEURISTIC'],
  ['by our rule', { heuristicMode: 'off' }, async () => ({ autoconsent: [await shipped('autoconsent')] }), 'koektrommel'],
];

for (const [path, word] of [['/', 'Weigeren'], ['/?lang=en', 'Refuse']]) {
  for (const [how, config, rules, cmp] of MEANS) {
    // As an extension it has a world of its own, where the page's policy does not hold.
    test(`autoconsent presses "${word}" ${how}`, { context: { bypassCSP: true } }, async (room) => {
      const { page, address, seen } = room;
      await visit(room, path);
      const answer = page.waitForResponse((one) => one.request().method() === 'POST');
      const told = await autoconsent(room, config, await rules());
      const result = told.find((one) => one.type === 'optOutResult');
      assert.equal(result?.result, true, JSON.stringify(told));
      assert.ok(result.cmp.startsWith(cmp), result.cmp);
      assert.equal((await answer).status(), 201);
      const [sent] = seen.posts;
      assert.equal(seen.posts.length, 1);
      assert.equal(sent.actor, 'automation');
      assert.equal(sent.control, 'refuse');
      assert.deepEqual(Object.values(sent.choices), [false, false]);
      assert.equal(await page.locator('#koek-banner').count(), 0);
      assert.equal(await logSize(address), 1);
    });
  }
}

test('who is busy in the page is left alone by a tool that refuses', async (room) => {
  const { page } = room;
  await fixture(room, '<main><h1>Proef</h1><a href="/privacy/settings" data-koek-settings>Instellingen</a><input id="field"></main>');
  await page.waitForSelector('#koek-banner');
  await page.focus('#field');
  const answer = page.waitForResponse((one) => one.request().method() === 'POST');
  await page.evaluate(() => document.getElementById('koek-refuse').click());
  assert.equal((await answer).status(), 201);
  await page.waitForFunction(() => !document.querySelector('section[id^=koek-]') && !localStorage.length);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'field');
});

test('a tool that presses yes for its user is not obeyed, but brings her to the button', async (room) => {
  const { page, seen } = room;
  await visit(room);
  await page.evaluate(() => document.getElementById('koek-accept').click());
  assert.equal(await page.evaluate(() => document.activeElement.id), 'koek-accept');
  assert.deepEqual(seen.posts, []);
  const answer = page.waitForResponse((one) => one.request().method() === 'POST');
  await page.keyboard.press('Enter');
  assert.equal((await answer).status(), 201);
  assert.equal(seen.posts[0].actor, 'person');
});

test('the rule for Consent-O-Matic names what is there, and nothing but the button that refuses', async (room) => {
  const { page, seen } = room;
  const [rule] = Object.values(await shipped('consent-o-matic'));
  await visit(room);
  for (const { target } of rule.detectors.flatMap((one) => [...one.presentMatcher, ...one.showingMatcher])) {
    assert.ok(await page.evaluate((one) => document.querySelector(one)?.offsetParent !== undefined, target.selector));
  }
  const actions = rule.methods.flatMap((one) => one.action ?? []);
  assert.deepEqual(actions.map((one) => one.type), ['click']);
  // As the extension presses: a synthetic event, from the page's own tree.
  const answer = page.waitForResponse((one) => one.request().method() === 'POST');
  await page.evaluate((one) => document.querySelector(one).click(), actions[0].target.selector);
  assert.equal((await answer).status(), 201);
  assert.equal(seen.posts[0].actor, 'automation');
  assert.equal(await page.locator('#koek-banner').count(), 0);
});

test('what tools read is in the page: the words, the purposes and the buttons, in the order they are seen', async (room) => {
  const { page } = room;
  await visit(room);
  const { words, buttons } = await page.evaluate(() => {
    const banner = document.getElementById('koek-banner');
    const own = document.evaluate('//section[@id="koek-banner"]/button', document, null, 7);
    const buttons = Array.from({ length: own.snapshotLength }, (_, i) => own.snapshotItem(i).innerText);
    return { words: banner.innerText.split(/\n+/), buttons };
  });
  assert.deepEqual(buttons, ['Weigeren', 'Accepteren', 'Zelf kiezen']);
  assert.equal(words[0], 'Cookies op de website van WSN');
  assert.ok(words.indexOf('Uw voorkeuren') > 0 && words.indexOf('Uw voorkeuren') < words.indexOf('Weigeren'));
});
