/** What the guide for web teams promises of pages, tags and policies; every snippet in it that a page can run is run. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { hostTest, html, MODES, policyFor, SITE, snippets, tagFor } from './deployment.mjs';
import { press, quiet, until } from './support.mjs';

const run = promisify(execFile);

/** Every web server of the guide with every place of the server. */
const EVERYWHERE = ['nginx', 'caddy'].flatMap((proxy) => Object.keys(MODES).map((mode) => ({ proxy, mode })));

/** What of the widget a page can have in its own markup. */
const ALL = `<script type="text/plain" data-koek="display" src="/late.js"></script>
  <script type="text/plain" data-koek="display">document.body.dataset.inline = 'ran';</script>
  <iframe title="Kaart" width="400" height="300" data-koek="display" data-src="/map"></iframe>
  <img alt="Foto" width="10" height="10" data-koek="display" data-src="/photo.svg">
  <div data-koek-table></div><button data-koek-display>Weergave</button>
  <form data-koek-remember="proef"><label>Naam <input name="name"></label></form>`;

for (const { proxy, mode } of EVERYWHERE) {
  hostTest("the guide's policy is enough for all that the widget does", { proxy, mode }, async ({ page, pages }) => {
    // A site that lists its policies, and whose own scripts written in the page carry a nonce.
    const policy = policyFor(mode).replace("script-src 'self'", "script-src 'self' 'nonce-proef'");
    const headers = { 'content-security-policy': `${policy}; trusted-types koektrommel` };
    pages['/strict'] = { headers, body: html(tagFor(mode), ALL.replace('data-koek="display">', 'data-koek="display" nonce="proef">')) };
    pages['/late.js'] = { type: 'text/javascript', body: 'document.body.dataset.late = "ran";' };
    pages['/map'] = { body: '<title>Kaart</title><p>Kaart</p>' };
    pages['/photo.svg'] = { type: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg"/>' };
    await page.goto(`${SITE}/strict`);
    // The look is there too: what stands without it is not at the bottom, nor over its frame.
    const style = (selector, name) => page.$eval(selector, (one, what) => getComputedStyle(one)[what], name);
    await page.waitForSelector('#koek-banner');
    assert.equal(await style('#koek-banner', 'position'), 'fixed');
    await page.waitForSelector('.koek-embed');
    assert.deepEqual([await style('.koek-embed', 'position'), await style('.koek-embed', 'width')], ['absolute', '404px']);
    await page.waitForSelector('[data-koek-table] table');

    await page.fill('[name=name]', 'Jansen');
    await page.waitForSelector('.koek-line [role=status]:not(:empty)');
    assert.equal(await style('.koek-line .line', 'display'), 'flex');
    await page.click('[data-koek-display]');
    await page.waitForSelector('#koek-display');
    const kept = page.waitForResponse((one) => one.request().method() === 'PUT' && one.url().includes('/preferences/display'));
    await page.locator('#koek-display [value="150"]').check();
    assert.equal((await kept).status(), 200);
    await page.waitForSelector('html[data-koek-text-size="150"]');
    await page.evaluate(() => koektrommel.handoff.put('step', { two: 2 }));
    assert.deepEqual(await page.evaluate(() => koektrommel.handoff.take('step')), { two: 2 });

    await page.check('#koek-p-display');
    await press(page, '#koek-save');
    await page.waitForSelector('body[data-late=ran][data-inline=ran]');
    await page.frameLocator('iframe').locator('p', { hasText: 'Kaart' }).waitFor();
    await page.waitForFunction(() => document.querySelector('img').naturalWidth || document.querySelector('img').complete);
    await page.waitForSelector('#koek-confirm a[href]');
    assert.equal(await style('#koek-confirm', 'position'), 'fixed');
    await page.evaluate(() => koektrommel.withdraw());
    await page.waitForSelector('.koek-embed');
    await page.waitForFunction(() => localStorage.getItem('koek-outbox') === null);
    await quiet(page);
  });

  hostTest('a tag with the hash of the guide', { proxy, mode }, async ({ page, pages, address, server }) => {
    // The guide's own commands, asked of the server itself.
    const [location, digest] = snippets('sh').map((text) =>
      text.trim().replace('https://www.wsn.example', address),
    );
    const shell = async (command) => (await run('sh', ['-c', command])).stdout.trim();
    const path = (await shell(location)).replace(/^content-location: */i, '');
    const hash = await shell(digest);
    assert.match(path, /^\/privacy\/koektrommel\.[0-9a-f]+\.js$/);
    const tag = snippets('html').find((text) => text.includes('integrity')).trim();
    const pinned = tag.replace('ADDRESS', (server === SITE ? '' : server) + path).replace('HASH', hash);
    pages['/pinned'] = { headers: { 'content-security-policy': policyFor(mode) }, body: html(pinned) };
    await page.goto(`${SITE}/pinned`);
    await page.waitForSelector('#koek-banner');
    await press(page, '#koek-refuse');
    await page.click('#koek-change');
    await page.waitForSelector('#koek-settings[open]');
  });
}

hostTest('nothing in the policy can be left out', { mode: 'sibling', faults: true }, async ({ page, pages, server }) => {
  const whole = policyFor('sibling');
  for (const [part, when] of [
    [`script-src 'self' ${server}`, () => {}],
    [`connect-src 'self' ${server}`, () => page.click('#koek-refuse')],
  ]) {
    assert.ok(whole.includes(part));
    const headers = { 'content-security-policy': whole.replace(part, part.replace(` ${server}`, '')) };
    pages['/stricter'] = { headers, body: html(tagFor('sibling')) };
    const complaint = page.waitForEvent('console', (line) => line.text().includes('Content Security Policy'));
    await page.goto(`${SITE}/stricter`);
    await when();
    await complaint;
  }
});

hostTest('another hash is refused, and the page goes on', { faults: true }, async ({ page, pages, seen }) => {
  const tag = tagFor('same-origin').replace('defer', `integrity="sha256-${'A'.repeat(43)}=" defer`);
  pages['/wrong'] = { body: html(tag) };
  await page.goto(`${SITE}/wrong`);
  assert.equal(await page.evaluate(() => typeof window.koektrommel), 'undefined');
  await until('the browser says why', () => seen.some((line) => line.includes('integrity')));
});

/** Every place and manner of the tag. */
const TAGS = (tag) => {
  const [plain, deferred, async] = ['', ' defer', ' async'].map((word) => tag.replace(' defer', word));
  const inject = snippets('html').find((text) => text.includes('createElement'));
  const src = /src="([^"]+)"/.exec(tag)[1];
  const here = inject.replace('/privacy/koektrommel.js', src);
  return {
    'deferred in the head': html(deferred),
    'async in the head': html(async),
    'plain in the head': html(plain),
    'at the end of the body': html('', plain),
    'by the tag manager of the guide': html(here),
    'by a tag manager after load': html(
      '',
      here.replace('(function () {', "addEventListener('load', function () {").replace('})();', '});'),
    ),
    'as a module': html(plain.replace('<script', '<script type="module"')),
    'twice': html(deferred + plain, async),
    'twice, the second late': html(deferred, here),
  };
};

for (const { proxy, mode } of EVERYWHERE) {
  hostTest('the tag works wherever it stands', { proxy, mode }, async ({ page, pages, context, server }) => {
    for (const [where, body] of Object.entries(TAGS(tagFor(mode)))) {
      pages['/tag'] = { body };
      await context.clearCookies();
      await page.goto(`${SITE}/tag`);
      await page.waitForSelector('#koek-banner');
      await quiet(page);
      assert.equal(await page.locator('#koek-banner').count(), 1, where);
      assert.ok((await page.getAttribute('#koek-banner a', 'href')).startsWith(`${server}/privacy/`), where);
      await press(page, '#koek-refuse');
      await page.goto(`${SITE}/tag`);
      await quiet(page);
      assert.deepEqual(await page.evaluate(() => koektrommel.choices()), { preferences: false, display: false }, where);
      assert.equal(await page.locator('#koek-banner').count(), 0, where);
    }
  });
}

hostTest('a sandboxed frame is not asked, and nothing is thrown into it', {}, async ({ page, pages }) => {
  const frame = html(`<script>addEventListener('error', (fault) => parent.postMessage(String(fault.message), '*'));
    addEventListener('unhandledrejection', (fault) => parent.postMessage(String(fault.reason), '*'));
    window.koektrommel = [(api) => parent.postMessage('ready ' + api.allows('display'), '*')];</script>
    ${tagFor('same-origin')}`);
  pages['/frame'] = { body: frame };
  pages['/outer'] = {
    body: html(
      '<script>window.heard = []; addEventListener("message", ({ data }) => heard.push(data));</script>',
      '<iframe sandbox="allow-scripts" src="/frame" title="Proef"></iframe>',
    ),
  };
  await page.goto(`${SITE}/outer`);
  await page.waitForFunction(() => heard.length);
  await quiet(page);
  assert.deepEqual(await page.evaluate(() => heard), ['ready false']);
  assert.equal(await page.frameLocator('iframe').locator('#koek-banner').count(), 0);
});

hostTest('the waiting script, the question and the link of the guide', {}, async ({ page, pages }) => {
  const [, link, waiting] = snippets('html');
  assert.ok(link.includes('data-koek-settings') && waiting.includes('data-koek="preferences"'));
  pages['/remember.js'] = { type: 'text/javascript', body: 'document.body.dataset.remembered = "yes";' };
  pages['/guide'] = { body: html(tagFor('same-origin'), `<footer>${link}</footer>${waiting}`) };
  await page.goto(`${SITE}/guide`);
  await page.waitForSelector('#koek-banner');
  assert.equal(await page.title(), 'WSN');
  assert.equal(await page.locator('#koek-open').count(), 0);
  await page.click('#koek-accept');
  await page.waitForSelector('body[data-remembered=yes]');
  await page.waitForFunction(() => localStorage.getItem('koek-outbox') === null);
  await page.goto(`${SITE}/guide`);
  await page.waitForSelector('body[data-remembered=yes]');
  assert.equal(await page.title(), 'WSN ✓');
  await page.click('footer [data-koek-settings]');
  await page.waitForSelector('#koek-settings[open]');
});

hostTest('a page whose server of choices is away goes on', { mode: 'sibling', faults: true }, async ({ page, pages }) => {
  // A host of the site that nobody serves: the connection ends before there is an answer.
  const body = '<p id="last">Klaar</p><script type="text/plain" data-koek="display">document.title = "ran"</script>';
  pages['/gone'] = { body: html(tagFor('sibling'), body) };
  await page.route(`${MODES.sibling.server}/**`, (route) => route.abort());
  await page.goto(`${SITE}/gone`);
  await quiet(page);
  assert.equal(await page.textContent('#last'), 'Klaar');
  assert.equal(await page.title(), 'WSN');
  assert.equal(await page.locator('#koek-banner').count(), 0);
});
