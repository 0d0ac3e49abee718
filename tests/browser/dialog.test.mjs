/** The settings dialog beside what else goes on: no choice at all, an opener that is gone, another tab, the visitor's records. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { audit, boxes, close, escape, fixture, NOTHING, press, quiet, ready, reopen, stored, test, visit } from './support.mjs';

const LINK = '<a href="/privacy/settings" data-koek-settings>Cookie-instellingen</a>';

const catalogue = await readFile(new URL('../../assets/wsn/catalogue.toml', import.meta.url), 'utf8');
/** The example without what can be chosen. */
const EXEMPT = [['catalogue.toml', /# -+ choice -[^]*?(?=# -+ texts)/.exec(catalogue)[0], '']];

test('a site with nothing to choose asks nothing, and its settings speak of no choice', { site: EXEMPT }, async (room) => {
  const { page, context, seen } = room;
  await fixture(room, `<main><h1>Proef</h1>${LINK}</main>`);
  await ready(page);
  assert.equal(await page.locator('#koek-banner').count(), 0);
  await reopen(page);
  const words = await page.locator('#koek-settings dialog').innerText();
  assert.match(words, /U hoeft hier niets te kiezen/);
  assert.doesNotMatch(words, /Kies wat|intrekken|Alles staat uit/);
  assert.equal(await page.locator('#koek-settings input[id^=koek-p-], #koek-save, #koek-refuse-all, #koek-accept-all').count(), 0);
  await audit(page, 'nothing to choose');
  await escape(page);
  await fixture(room, '<main><h1>Proef</h1></main>', { path: '/bare' });
  assert.equal(await page.textContent('#koek-reopen a'), 'Privacy en cookies');
  await quiet(page);
  assert.deepEqual([seen.posts, await stored(page, context)], [[], NOTHING]);
});

test('the focus goes to a link that is there, where the button that led here is gone', async (room) => {
  const { page, context } = room;
  const focus = () => page.evaluate(() => document.activeElement.textContent);
  await fixture(room, `<main><h1>Proef</h1><nav hidden>${LINK}</nav><footer>${LINK.replace('Cookie-', 'Onze ')}</footer></main>`);
  await page.click('#koek-choose');
  await press(page, '#koek-save');
  await close(page);
  assert.equal(await focus(), 'Onze instellingen');

  await context.clearCookies();
  await page.reload();
  await page.click('#koek-choose');
  await page.waitForSelector('#koek-settings[open]');
  const other = await context.newPage();
  await visit({ ...room, page: other });
  await press(other, '#koek-refuse');
  await page.waitForSelector('#koek-banner', { state: 'detached' });
  await escape(page);
  await page.waitForFunction(() => document.activeElement.textContent === 'Onze instellingen');
});

test('an open dialog follows another tab, but not where the visitor has switched herself', async (room) => {
  const { page, context, seen } = room;
  await visit(room);
  await page.click('#koek-choose');
  await page.check('#koek-p-display');
  await page.uncheck('#koek-p-display');
  const other = await context.newPage();
  await visit({ ...room, page: other });
  await press(other, '#koek-accept');
  await page.waitForFunction(() => document.getElementById('koek-p-preferences').checked);
  assert.deepEqual(await boxes(page), { preferences: true, display: false });
  await press(page, '#koek-save');
  assert.deepEqual(seen.posts.at(-1).choices, { preferences: true, display: false });
});

test('the dialog writes until when a choice holds as the pages of the server do', async (room) => {
  const { page, address } = room;
  await visit(room, '/?lang=en');
  await press(page, '#koek-accept');
  await close(page);
  await reopen(page);
  const told = async (of) => /valid until ([^.]+)\./.exec(await page.locator(of).innerText())[1];
  const day = await told('#koek-settings dialog');
  assert.match(day, /^\d+ \p{L}+ \d{4}$/u);
  await page.goto(`${address}/privacy/settings?lang=en`);
  assert.equal(await told('main'), day);
});

test('the dialog says until when a choice holds, and leads to what is kept of it', async (room) => {
  const { page, address } = room;
  await visit(room);
  await page.click('#koek-choose');
  const words = () => page.locator('#koek-settings dialog').innerText();
  await page.waitForSelector('#koek-settings[open]');
  assert.doesNotMatch(await words(), /geldt tot/);
  await press(page, '#koek-accept-all');
  await reopen(page);
  assert.match(await words(), /Uw keuze geldt tot \d+ \p{L}+ \d{4}\./u);
  await page.click('#koek-settings >> text=Bekijk of wis wat wij van uw keuze bewaren');
  await page.waitForURL(`${address}/privacy/settings?**#records`);
  await page.waitForSelector('#records');
});

test('the settings open again after the page has put another body in the place of all', async (room) => {
  const { page } = room;
  await fixture(room, `<main><h1>Proef</h1>${LINK}</main>`);
  await press(page, '#koek-refuse');
  await reopen(page);
  await page.evaluate((link) => {
    const body = document.createElement('body');
    body.innerHTML = `<main><h1>Twee</h1>${link}</main>`;
    document.body = body;
  }, LINK);
  await page.waitForSelector('#koek-settings', { state: 'detached' });
  await reopen(page);
  await page.check('#koek-p-display');
  await press(page, '#koek-save');
  assert.equal(await page.evaluate(() => window.koektrommel.allows('display')), true);
});

test('a double press on "choose" is no answer in the settings that come under it', async (room) => {
  const { page, seen } = room;
  // However slow the machine is, the second press comes at once.
  const now = Date.now();
  await page.clock.install({ time: now });
  await page.clock.pauseAt(now + 1000);
  for (const [width, height] of [[768, 1024], [844, 390]]) {
    await page.setViewportSize({ width, height });
    await visit(room);
    const box = await page.locator('#koek-choose').boundingBox();
    const at = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.click(...at);
    await page.waitForSelector('#koek-save');
    await page.mouse.click(...at, { clickCount: 2 });
    await page.clock.runFor(400);
    assert.equal(await page.evaluate(([x, y]) => document.elementFromPoint(x, y).id, at), 'koek-accept-all');
    assert.deepEqual(seen.posts, []);
    assert.deepEqual(await boxes(page), { preferences: false, display: false });
    await escape(page);
  }
  await page.click('#koek-choose');
  await page.waitForSelector('#koek-save');
  await page.clock.runFor(400);
  await press(page, '#koek-accept-all');
});

const LONG = 'Meervoudigepersoonlijkheidsvoorkeureninstellingenbewaarplaats';
/** A purpose of which the name, the words and who receives it are longer than a telephone is wide. */
const WORDY = [['catalogue.toml', '# -', `[[purposes]]
id = "wordy"
kind = "choice"
basis = "consent"
dpv = "ServicePersonalisation"
name = { nl = "${LONG}", en = "${LONG}" }
text = { nl = "${LONG}.", en = "${LONG}." }
recipients = ["${LONG}"]

# -`]];

test('a word that is longer than the window is broken, in the question, the settings and the confirmation', { site: WORDY }, async (room) => {
  const { page } = room;
  await page.setViewportSize({ width: 320, height: 568 });
  const lost = (id) =>
    page.$eval(id, (host) =>
      [...host.children, ...host.shadowRoot.querySelectorAll('dialog, .dock, .words, li, p')]
        .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 || one.scrollWidth > one.clientWidth + 1)
        .map((one) => one.outerHTML.slice(0, 80)));
  await visit(room);
  assert.deepEqual(await lost('#koek-banner'), []);
  await page.click('#koek-choose');
  await page.waitForSelector('#koek-settings[open]');
  assert.deepEqual(await lost('#koek-settings'), []);
  await page.check('#koek-p-wordy');
  await press(page, '#koek-save');
  assert.deepEqual(await lost('#koek-confirm'), []);
});
