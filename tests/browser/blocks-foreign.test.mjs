/** The marks of other tools: a site that moves here changes one tag. */
import assert from 'node:assert/strict';
import { fixture, press, quiet, test } from './support.mjs';

const mark = (attributes, name) => `<script type="text/plain" ${attributes}>ran.push('${name}')</script>`;

const PAGE = `<main><h1>Proef</h1><script>window.ran = []; window.hints = [];
    const info = console.info; console.info = (text) => { hints.push(text); info(text); };</script>
  ${mark('data-cookieconsent="preferences"', 'cookiebot')}
  ${mark('data-cookieconsent="preferences,display"', 'cookiebot both')}
  ${mark('data-cookieconsent="preferences,statistics"', 'cookiebot unmapped')}
  ${mark('data-cookieconsent="statistics"', 'cookiebot unmapped')}
  <script data-cookieconsent="ignore">ran.push('ignored')</script>
  ${mark('data-category="display"', 'vanilla')}
  ${mark('data-category="display" data-service="Kaart"', 'vanilla service')}
  ${mark('data-category="!display"', 'vanilla withdrawn')}
  ${mark('data-name="preferences" data-type="application/javascript"', 'klaro')}
  <script type="text/plain" data-type="module" data-name="display" data-src="/own/module.js"></script>
  ${mark('class="cmplz-script" data-category="preferences" data-service="kaart"', 'complianz')}
  <iframe title="Kaart" data-cookieconsent="display" data-cookieblock-src="/own/frame"></iframe>
  <iframe class="cmplz-iframe" title="Film" data-category="display" data-service="film" src="about:blank" data-src-cmplz="/own/film"></iframe>
  <img alt="" data-name="preferences" data-src="/own/a.gif"></main>`;

test('other tools marks are read as ours; what has no name here stays off, with one hint', async (room) => {
  const { page, context, address } = room;
  await context.route(`${address}/own/*`, (route) => {
    const js = route.request().url().endsWith('.js');
    return route.fulfill({ contentType: js ? 'text/javascript' : 'text/html', body: js ? "ran.push('klaro module ' + !!import.meta.url)" : '<title>x</title>' });
  });
  const ran = () => page.evaluate(() => [...window.ran].sort());
  await fixture(room, PAGE);
  await page.waitForSelector('.koek-embed');
  await quiet(page);
  assert.deepEqual(await ran(), ['ignored']);
  assert.equal(await page.locator('iframe[src]').count(), 0);
  await press(page, '#koek-accept');
  await page.waitForFunction(() => document.querySelector('img').src.endsWith('/own/a.gif') && ran.length === 8);
  assert.deepEqual(await ran(), [
    'complianz', 'cookiebot', 'cookiebot both', 'ignored', 'klaro', 'klaro module true', 'vanilla', 'vanilla service',
  ]);
  assert.deepEqual(await page.$$eval('iframe', (all) => all.map((one) => one.getAttribute('src'))), ['/own/frame', '/own/film']);
  const hints = await page.evaluate(() => window.hints);
  assert.deepEqual(hints.map((one) => /"([^"]*)"/.exec(one)[1]), ['preferences, statistics', 'statistics']);
  await page.evaluate(() => window.koektrommel.withdraw());
  await page.waitForFunction(() => ran.includes('vanilla withdrawn'));
  await quiet(page);
  assert.equal((await ran()).length, 9);
});

test('the site says what the names of its old tool are called here', async (room) => {
  const { page, context, address } = room;
  await context.route(`${address}/privacy/koektrommel.js`, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace('cookie:"', 'aliases:{statistics:"display"},cookie:"');
    await route.fulfill({ response: answer, body });
  });
  await fixture(room, `<main><h1>Proef</h1><script>window.ran = []</script>${mark('data-cookieconsent="statistics"', 'mapped')}</main>`);
  await page.waitForSelector('#koek-banner');
  await press(page, '#koek-accept');
  await page.waitForFunction(() => ran.length === 1);
});
