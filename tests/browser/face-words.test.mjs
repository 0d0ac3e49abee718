/** What a visitor must be able to read before and after a choice: who asks, for what, how to take it back, and what stands. */
import assert from 'node:assert/strict';
import { escape, press, reopen, test, visit } from './support.mjs';

const LANGUAGES = {
  nl: {
    path: '/',
    purposes: ['Uw voorkeuren', 'Uw weergave'],
    who: /^WSN gebruikt cookies\./,
    refuse: /U kunt deze cookies weigeren\./,
    // That it can be taken back, and where.
    withdraw: /U kunt uw keuze altijd veranderen of intrekken\. Klik daarvoor onder aan elke pagina op Cookie-instellingen\./,
    link: 'Cookie-instellingen',
    more: 'Lees meer over onze cookies',
    confirmed: [
      ['#koek-accept', /^U heeft ja gezegd tegen: Uw voorkeuren, Uw weergave\. U kunt dit altijd weer veranderen\.$/],
      ['#koek-refuse', /^U heeft nee gezegd\. .*alleen uw nee\. U kunt dit altijd weer veranderen\.$/],
      ['#koek-save', /^U heeft ja gezegd tegen: Uw weergave\. En nee tegen: Uw voorkeuren\. U kunt dit altijd weer veranderen\.$/],
    ],
    change: 'Mijn keuze veranderen',
    settings: /U kunt uw keuze altijd veranderen of intrekken\. Dat kost u niets\./,
    on: 'Aan',
    off: 'Uit',
    always: 'Altijd aan',
  },
  en: {
    path: '/?lang=en',
    purposes: ['Your preferences', 'Your display settings'],
    who: /^WSN uses cookies\./,
    refuse: /You can refuse these cookies\./,
    withdraw: /You can always change or withdraw your choice\. .*Cookie settings.* bottom of every page\./,
    link: 'Cookie settings',
    more: 'Read more about our cookies',
    confirmed: [
      ['#koek-accept', /^You said yes to: Your preferences, Your display settings\. You can always change this again\.$/],
      ['#koek-refuse', /^You said no\. .*except your no\. You can always change this again\.$/],
      ['#koek-save', /^You said yes to: Your display settings\. And no to: Your preferences\. You can always change this again\.$/],
    ],
    change: 'Change my choice',
    settings: /You can always change or withdraw your choice\. It costs you nothing\./,
    on: 'On',
    off: 'Off',
    always: 'Always on',
  },
};

for (const [language, said] of Object.entries(LANGUAGES)) {
  test(`the question names the controller and the purposes, and how to refuse and take back, ${language}`, async (room) => {
    const { page } = room;
    await visit(room, said.path);
    assert.match(await page.innerText('#koek-banner h2'), /\bWSN\b/);
    const words = await page.innerText('#koek-banner p:not([role])');
    for (const one of [said.who, said.refuse, said.withdraw]) assert.match(words, one);
    assert.deepEqual(await page.locator('#koek-banner li').allInnerTexts(), said.purposes);
    assert.equal(await page.innerText('#koek-banner a'), said.more);
    // The page has what the words speak of, at its end.
    const links = await page.locator('[data-koek-settings]').allInnerTexts();
    assert.ok(links.map((one) => one.trim()).includes(said.link), links.join());
  });

  test(`the confirmation says what was chosen and how to change it, and leads there, ${language}`, async (room) => {
    const { page, context } = room;
    for (const [id, words] of said.confirmed) {
      await context.clearCookies();
      await visit(room, said.path);
      if (id === '#koek-save') {
        await page.click('#koek-choose');
        await page.check('#koek-p-display');
      }
      await press(page, id);
      assert.match(await page.innerText('#koek-done'), words);
      assert.equal(await page.innerText('#koek-change'), said.change);
      assert.ok(await page.isVisible('#koek-change'));
      await page.click('#koek-change');
      await page.waitForSelector('#koek-settings[open]');
      assert.match(await page.$eval('#koek-settings', (one) => one.shadowRoot.querySelector('dialog').innerText), said.settings);
      await escape(page);
    }
  });

  test(`what is on and off is said in words too, and follows the switch, ${language}`, async (room) => {
    const { page } = room;
    await visit(room, said.path);
    await page.click('#koek-choose');
    await page.waitForSelector('#koek-settings[open]');
    /** The word that is seen beside each box, and that beside what is always on. */
    const states = () =>
      page.$eval('#koek-settings', ({ shadowRoot }) => {
        const rows = [...shadowRoot.querySelectorAll('.row')];
        const seen = (one) => (one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) ? one.innerText : '');
        const [choices, rest] = [rows.filter((one) => one.querySelector('slot')), rows.filter((one) => !one.querySelector('slot'))];
        const always = new Set(rest.flatMap((one) => [...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data)));
        return { choices: choices.map((one) => seen(one.querySelector('span'))), always: [...always] };
      });
    assert.deepEqual(await states(), { choices: [said.off, said.off], always: [said.always] });
    await page.check('#koek-p-display');
    assert.deepEqual((await states()).choices, [said.off, said.on]);
    await page.uncheck('#koek-p-display');
    await page.check('#koek-p-preferences');
    assert.deepEqual((await states()).choices, [said.on, said.off]);
    await press(page, '#koek-save');
    await reopen(page);
    assert.deepEqual((await states()).choices, [said.on, said.off], 'what stands');
  });
}

test('the confirmation has the focus, in the place of the question, and stays until it is closed', async (room) => {
  const { page } = room;
  const now = Date.now();
  await page.clock.install({ time: now });
  await page.clock.pauseAt(now + 1000);
  await visit(room);
  const bottom = async (id) => Math.round(await page.locator(id).evaluate((one) => innerHeight - one.getBoundingClientRect().bottom));
  const before = await bottom('#koek-banner');
  await press(page, '#koek-refuse');
  assert.equal(await bottom('#koek-confirm'), before);
  const focus = () => page.evaluate(() => [document.activeElement.id, document.activeElement.tabIndex]);
  assert.deepEqual(await focus(), ['koek-done', -1]);
  // No timer of ours takes it away, nor anything that the visitor does elsewhere in the page.
  await page.clock.runFor('01:00:00');
  assert.ok(await page.isVisible('#koek-done'));
  assert.deepEqual(await focus(), ['koek-done', -1]);
  await page.mouse.wheel(0, 2000);
  await page.keyboard.press('Escape');
  await page.mouse.click(5, 5);
  await page.clock.runFor('01:00:00');
  assert.ok(await page.isVisible('#koek-done'));
  await page.click('#koek-close');
  await page.waitForSelector('#koek-confirm', { state: 'detached' });
});
