/** The whole life of a choice on every kind of host, behind the web servers of the guide. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { hostTest, MODES, SITE, snippets } from './deployment.mjs';
import { KEEPS } from './keeps.mjs';
import { press, quiet, reopen, until } from './support.mjs';

/** The choice cookie in each mode, as the browser keeps it. */
const COOKIES = {
  'same-origin': { name: '__Host-koek', domain: 'www.wsn.example', sameSite: 'Lax' },
  sibling: { name: '__Secure-koek', domain: '.wsn.example', sameSite: 'Lax' },
  'cross-site': { name: '__Host-koek', domain: 'wsn.privacy.example', sameSite: 'None' },
};

/** The page once more, when the widget knows the standing choice. */
async function again(page) {
  await page.goto(SITE);
  return page.evaluate(async () => {
    window.koektrommel ??= [];
    return (await new Promise((resolve) => koektrommel.push((api) => resolve({ api })))).api.choices();
  });
}

async function life({ page, context, mode, server, requests }) {
  const cookies = async () => {
    const all = await context.cookies([SITE, server]);
    return all.map(({ name, domain, sameSite, secure, path }) => ({ name, domain, sameSite, secure, path }));
  };
  await page.goto(SITE);
  await page.waitForSelector('#koek-banner');
  assert.deepEqual(await cookies(), []);
  assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);

  await press(page, '#koek-refuse');
  const kept = { ...COOKIES[mode], secure: true, path: '/' };
  assert.deepEqual(await cookies(), [kept]);
  assert.deepEqual(await again(page), { preferences: false, display: false });
  await quiet(page);
  assert.equal(await page.locator('#koek-banner').count(), 0);

  await reopen(page);
  await page.check('#koek-p-display');
  await press(page, '#koek-save');
  requests.length = 0;
  assert.deepEqual(await again(page), { preferences: false, display: true });
  await quiet(page);
  assert.equal(await page.locator('#koek-banner').count(), 0);
  // Where the page can read the cookies, a return visit asks the server nothing but, perhaps, the script. Where it cannot,
  // it asks for the choice once; and for what was set, which belongs to another part and is asked when that has come.
  const asked = requests.filter((one) => one.includes('/api/v1/')).map((one) => one.replace(/&lang=.*/, ''));
  const [choice, set] = ['choice?', 'preferences/'].map((path) => asked.filter((one) => one.includes(`/api/v1/${path}`)));
  assert.deepEqual(choice, mode === 'cross-site' ? [`GET ${server}/privacy/api/v1/choice?site=wsn`] : []);
  assert.deepEqual(asked.length - choice.length, mode === 'cross-site' ? set.length : 0, `${asked}`);

  await reopen(page);
  await press(page, '#koek-accept-all');
  assert.deepEqual(await again(page), { preferences: true, display: true });
  await reopen(page);
  await press(page, '#koek-refuse-all');
  assert.deepEqual(await again(page), { preferences: false, display: false });
  await quiet(page);
  assert.equal(await page.locator('#koek-banner').count(), 0);
  assert.deepEqual(await cookies(), [kept]);
  const [{ value, partitionKey }] = await context.cookies([SITE, server]);
  assert.ok(!value.includes('id='), 'a withdrawal leaves no pseudonym');
  assert.equal(partitionKey, mode === 'cross-site' ? 'https://wsn.example' : undefined);
}

for (const proxy of ['nginx', 'caddy']) {
  for (const mode of Object.keys(MODES)) hostTest('the life of a choice', { proxy, mode }, life);
}

hostTest('another tab follows', { mode: 'cross-site' }, async ({ page, context }) => {
  const other = await context.newPage();
  for (const one of [page, other]) {
    await one.goto(SITE);
    await one.waitForSelector('#koek-banner');
  }
  await press(page, '#koek-accept');
  await other.waitForFunction(() => koektrommel.allows('display'));
  await other.waitForSelector('#koek-banner', { state: 'detached' });
  await page.evaluate(() => koektrommel.withdraw());
  await other.waitForFunction(() => !koektrommel.allows('display'));
});

for (const mode of Object.keys(MODES)) {
  hostTest('a withdrawal ends also what scripts set for the whole domain', { mode, site: KEEPS }, async ({ page, context }) => {
    await page.goto(SITE);
    await press(page, '#koek-accept');
    await page.evaluate(() => {
      for (const domain of ['', ';Domain=www.wsn.example', ';Domain=wsn.example']) document.cookie = `map_pin=1;Path=/;Secure${domain}`;
      document.cookie = 'mine=1;Path=/;Domain=wsn.example';
    });
    const theirs = async () => (await context.cookies(SITE)).filter(({ name }) => /map|mine/.test(name)).map(({ name, domain }) => `${name} ${domain}`).sort();
    assert.deepEqual(await theirs(), ['map_pin .wsn.example', 'map_pin .www.wsn.example', 'map_pin www.wsn.example', 'mine .wsn.example']);
    await page.evaluate(() => koektrommel.withdraw());
    await until('what the purpose kept is gone', theirs, ['mine .wsn.example']);
  });
}

hostTest('cookies that the page writes ask nothing of the server', { mode: 'cross-site' }, async ({ page, requests }) => {
  await page.goto('https://www.wsn.example/');
  await page.waitForSelector('#koek-banner');
  await quiet(page);
  const before = requests.length;
  for (let time = 0; time < 5; time++) {
    await page.evaluate((value) => {
      const told = new Promise((resolve) => cookieStore.addEventListener('change', resolve, { once: true }));
      document.cookie = `own=${value}`;
      return told.then(() => {});
    }, time);
  }
  await quiet(page);
  assert.deepEqual(requests.slice(before), []);
});

hostTest('a visitor whose choice cannot be learnt is not asked again', { mode: 'cross-site', faults: true }, async ({ page, server }) => {
  await page.goto(SITE);
  await press(page, '#koek-accept');
  await page.route(`${server}/privacy/api/**`, (route) => route.abort());
  assert.deepEqual(await again(page), { preferences: false, display: false });
  await quiet(page);
  assert.equal(await page.locator('#koek-banner').count(), 0);
});

for (const proxy of ['nginx', 'caddy']) {
  hostTest("what is beside the path stays the site's own", { proxy, faults: true }, async ({ page, pages }) => {
    pages['/privacyreglement'] = { body: 'van de site' };
    await page.goto(SITE);
    const get = (path) => page.evaluate(async (path) => {
      const answer = await fetch(path);
      return [answer.status, await answer.text()];
    }, path);
    assert.deepEqual(await get('/privacyreglement'), [200, 'van de site']);
    // The page server's own 404 has no words.
    assert.deepEqual(await get('/officer'), [404, '']);
    assert.deepEqual(await get('/.well-known/gpc.json'), [200, '{"gpc":true,"lastUpdate":"2026-11-22"}']);
    assert.match((await get('/privacy'))[1], /<h1>/);
    assert.match((await get('/privacy/nowhere'))[1], /<h1>/);
  });
}

test('the readme shows what the guide shows', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  for (const snippet of [...snippets('html').slice(0, 2), snippets('nginx')[0]]) assert.ok(readme.includes(snippet), snippet);
  for (const language of ['html', 'nginx', 'caddy', 'toml', 'http', 'sh']) assert.ok(snippets(language).length, language);
});
