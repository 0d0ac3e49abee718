/** The settings dialog: what is switched and not saved is not lost without a word; and what a visitor has set can be seen and cleared. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { audit, boxes, fixture, NOTHING, press, reopen, stored, test, unfold, visit } from './support.mjs';

const catalogue = await readFile(new URL('../../assets/wsn/catalogue.toml', import.meta.url), 'utf8');

const WORDS = {
  nl: { path: '/', asks: /nog niet opgeslagen.*blijft alles zoals het was/, discard: 'Sluiten zonder opslaan' },
  en: { path: '/?lang=en', asks: /did not save it yet.*all stays as it was/, discard: 'Close without saving' },
};
const question = (page) => page.locator('#koek-settings .ask');
const gone = (page) => page.waitForSelector('#koek-settings', { state: 'detached' });

async function open(page) {
  await page.click('#koek-choose');
  await page.waitForSelector('#koek-settings[open]');
}

for (const [language, { path, asks, discard }] of Object.entries(WORDS)) {
  test(`closing with something switched and not saved asks once, ${language}`, async (room) => {
    const { page, context, seen } = room;
    await visit(room, path);
    await open(page);
    await page.check('#koek-p-display');
    await page.keyboard.press('Escape');
    await question(page).waitFor();
    assert.match(await question(page).innerText(), asks);
    // The words have the focus, so that they are read out; two answers that look alike come after them, and nothing else.
    assert.equal(await question(page).evaluate((one) => one.getRootNode().activeElement === one), true);
    const buttons = page.locator('#koek-settings dialog > .buttons');
    assert.deepEqual(await page.locator('#koek-save, #koek-discard').allInnerTexts(), [language === 'nl' ? 'Mijn keuze opslaan' : 'Save my choice', discard]);
    assert.equal(await page.locator('#koek-refuse-all:visible, #koek-accept-all:visible').count(), 0);
    const look = (id) => page.$eval(id, (one) => ['color', 'backgroundColor', 'borderColor', 'fontSize', 'fontWeight', 'height'].map((name) => getComputedStyle(one)[name]));
    assert.deepEqual(await look('#koek-save'), await look('#koek-discard'));
    assert.ok(await buttons.isVisible());
    await audit(page, 'asked before closing');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'koek-discard');
    await page.keyboard.press('Enter');
    await gone(page);
    assert.deepEqual(seen.posts, []);
    assert.deepEqual(await stored(page, context), NOTHING);
    assert.equal(await page.locator('#koek-banner').count(), 1, 'and the question is still there');
    await open(page);
    assert.deepEqual(await boxes(page), { preferences: false, display: false });
  });
}

test('Escape closes the second time, and what is saved instead is saved', async (room) => {
  const { page, seen } = room;
  await visit(room);
  await open(page);
  await page.check('#koek-p-display');
  await page.keyboard.press('Escape');
  await question(page).waitFor();
  await page.keyboard.press('Escape');
  await gone(page);
  assert.deepEqual(seen.posts, []);

  await open(page);
  await page.check('#koek-p-preferences');
  await page.click('#koek-settings-close');
  await question(page).waitFor();
  await press(page, '#koek-save');
  assert.deepEqual(seen.posts.map((one) => one.choices), [{ preferences: true, display: false }]);
  await gone(page);
});

test('who goes on choosing has all answers again, and a double click on the way out is one press', async (room) => {
  const { page, seen } = room;
  // So tall that nothing is scrolled: the button goes up by less than its height, and its top is under both presses.
  await page.setViewportSize({ width: 1280, height: 2000 });
  await visit(room);
  await open(page);
  await page.check('#koek-p-display');
  // However slow the machine is, the two presses come at once.
  const clock = (later) => page.evaluate((later) => {
    const now = Date.now() + later;
    Date.now = () => now;
  }, later);
  await clock(0);
  await page.dblclick('#koek-settings-close', { position: { x: 20, y: 6 } });
  await question(page).waitFor();
  await page.check('#koek-p-preferences');
  await question(page).waitFor({ state: 'hidden' });
  assert.equal(await page.locator('#koek-discard').count(), 0);
  await page.waitForSelector('#koek-refuse-all:visible');
  await page.keyboard.press('Escape');
  await question(page).waitFor();
  await clock(500);
  await page.click('#koek-settings-close');
  await gone(page);
  assert.deepEqual(seen.posts, []);
});

test('what is as it was closes at once', async (room) => {
  const { page } = room;
  await visit(room);
  await open(page);
  await page.keyboard.press('Escape');
  await gone(page);
  await open(page);
  await page.check('#koek-p-display');
  await page.uncheck('#koek-p-display');
  await page.click('#koek-settings-close');
  await gone(page);
  await press(page, '#koek-accept');
  await reopen(page);
  await page.keyboard.press('Escape');
  await gone(page);
});

test('taking back that is not saved is asked about too, and changes nothing', async (room) => {
  const { page } = room;
  await visit(room);
  await press(page, '#koek-accept');
  await reopen(page);
  await page.uncheck('#koek-p-display');
  await page.keyboard.press('Escape');
  await question(page).waitFor();
  await page.click('#koek-discard');
  await gone(page);
  assert.equal(await page.evaluate(() => window.koektrommel.allows('display')), true);
});

test('the visitor sees what she has set on this site, changes it, and clears it', async (room) => {
  const { page, context } = room;
  for (const [path, words] of [
    ['/', { title: 'Uw voorkeuren', legends: ['Taal van de website', 'Uw wijk'], visit: /tijdens dit bezoek/, ended: /staat weer gewoon/ }],
    ['/?lang=en', { title: 'Your preferences', legends: ['Language of the website', 'Your neighbourhood'], visit: /this visit/, ended: /back to normal/ }],
  ]) {
    await visit(room, path);
    await page.evaluate(() => window.koektrommel.preferences.set('district', 'noord'));
    await reopen(page);
    await unfold(page);
    const section = page.locator('#koek-set-preferences');
    await section.locator('[role=status]', { hasText: words.visit }).waitFor();
    assert.equal(await section.locator('h3').innerText(), words.title);
    assert.deepEqual(await section.locator('legend').allInnerTexts(), words.legends);
    assert.ok(await section.locator('[name=district][value=noord]').isChecked());
    let answer = page.waitForResponse((one) => one.request().method() === 'PUT');
    await section.locator('[name=district][value=centrum]').check();
    assert.deepEqual((await (await answer).json()).values, { district: 'centrum' });
    await page.waitForFunction(() => document.querySelector('#search-place').value === 'centrum');
    answer = page.waitForResponse((one) => one.request().method() === 'PUT');
    await section.locator('button').click();
    await answer;
    await section.locator('[role=status]', { hasText: words.ended }).waitFor();
    assert.ok(await section.locator('[name=district][value=all]').isChecked());
    assert.equal(await page.evaluate(() => window.koektrommel.preferences.get('district')), undefined);
    assert.deepEqual(await stored(page, context), NOTHING);
    // None of it is a choice that has to be saved.
    await page.keyboard.press('Escape');
    await gone(page);
  }
});

const summary = (page) => page.locator('#koek-settings summary');

test('what can be set is one line until it is unfolded, and that line can be pressed, read out and seen', async (room) => {
  const { page } = room;
  for (const [path, words] of [['/', 'Grotere letters en andere voorkeuren'], ['/?lang=en', 'Larger letters and other preferences']]) {
    for (const [width, height] of [[320, 568], [1280, 900]]) {
      await page.setViewportSize({ width, height });
      await visit(room, path);
      await open(page);
      await page.waitForSelector('#koek-display', { state: 'attached' });
      assert.equal(await summary(page).innerText(), words);
      assert.equal(await page.isVisible('#koek-display') || (await page.isVisible('#koek-set-preferences')), false);
      assert.ok((await summary(page).boundingBox()).height >= 44);
      const links = await page.locator('#koek-settings > a').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
      assert.ok(links.length === 3 && links.every((one) => one >= 44), links.join(' '));
      for (const forcedColors of ['none', 'active']) {
        await page.emulateMedia({ forcedColors });
        // By the keyboard, so that the focus is seen.
        while (!(await summary(page).evaluate((one) => one.matches(':focus')))) await page.keyboard.press('Tab');
        const { outlineStyle, outlineWidth, display } = await summary(page).evaluate((one) => ({ ...getComputedStyle(one) }));
        // A list item has the browser's own mark of a fold.
        assert.deepEqual([outlineStyle, outlineWidth, display], ['solid', '3px', 'list-item'], forcedColors);
        await page.keyboard.press('Tab');
      }
      await page.emulateMedia({ forcedColors: 'none' });
      await unfold(page);
      const tight = await page.locator('#koek-settings fieldset label').evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent));
      assert.deepEqual(tight, [], 'every word fits in its box');
      await page.keyboard.press('Escape');
      await gone(page);
    }
  }
});

test('where what can be set cannot be fetched, the line leads to the page that has it too', { faults: true }, async (room) => {
  const { page, context, address } = room;
  await context.route('**/koektrommel.*.uses.js', (route) => route.abort());
  await fixture(room, '<main><h1>Proef</h1><a href="/privacy/settings" data-koek-display>Weergave</a></main>');
  await page.waitForSelector('#koek-banner');
  await page.click('[data-koek-display]');
  const way = page.locator('#koek-settings dialog > a');
  await way.waitFor();
  assert.equal(await summary(page).count(), 0);
  assert.ok((await way.boundingBox()).height >= 44);
  assert.equal(await way.evaluate((one) => one.matches(':focus')), true, 'the focus is not lost');
  await audit(page, 'what can be set is elsewhere');
  // The choice does not need it.
  await press(page, '#koek-refuse-all');
  await page.click('[data-koek-display]');
  await way.click();
  await page.waitForURL(`${address}/privacy/settings**#uses`);
  assert.equal(await page.textContent('#uses'), 'Weergave en voorkeuren');
});

/** The example without anything that can be set. */
const NOTHING_TO_SET = [['catalogue.toml', catalogue, catalogue.replaceAll(/\[\[purposes\.settings[^]*?(?=\n\[\[purposes\]\]|\n# -)/g, '')]];

test('where nothing can be set there is nothing to unfold', { site: NOTHING_TO_SET }, async (room) => {
  const { page } = room;
  await visit(room);
  await open(page);
  await summary(page).waitFor({ state: 'detached' });
  await page.check('#koek-p-display');
  await press(page, '#koek-save');
});

/** What is about the looks is called otherwise here. */
const OTHER = [['catalogue.toml', 'id = "display"', 'id = "looks"'], ['catalogue.toml', '__Host-koek_display', '__Host-koek_looks']];

test('a site without a display shows what else can be set', { site: OTHER }, async (room) => {
  const { page } = room;
  await fixture(room, '<main><h1>Proef</h1><a href="/privacy/settings" data-koek-display>Weergave</a></main>');
  await page.waitForSelector('#koek-banner');
  await page.click('[data-koek-display]');
  await page.waitForSelector('#koek-set-preferences');
  assert.deepEqual(await page.locator('#koek-settings [id^=koek-set-]').evaluateAll((all) => all.map((one) => one.id)), ['koek-set-preferences', 'koek-set-looks']);
});
