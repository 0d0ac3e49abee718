/**
 * A decision is never lost and never doubled: a page that is only prepared, a browser that is killed, two tabs at once, an
 * answer that gets lost, a line that breaks, storage that is blocked. What leaving a page does is in outbox.test.mjs.
 */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { frontTest, records, site } from './front.mjs';
import { answers, follow, NOTHING, quiet, ready, stored, until } from './support.mjs';

const YES = { preferences: true, display: true };
const NO = { preferences: false, display: false };

/** Waits until the server has acknowledged everything. */
const delivered = (page) =>
  page.waitForFunction(() => document.cookie.includes('__Host-koek=') && localStorage.getItem('koek-outbox') === null);

/** What still waits to be sent. */
const waiting = (page) => page.evaluate(() => JSON.parse(localStorage.getItem('koek-outbox') ?? '[]'));

/** The widget says that the server has not answered. */
const told = (page) => page.waitForFunction(() => document.querySelector('#koek-confirm [role=status]')?.textContent);

/** A promise and what settles it. */
function signal() {
  let settle;
  const promise = new Promise((resolve) => (settle = resolve));
  return { promise, settle };
}

/** Tells the test what a page holds, from inside a page that nothing may look into: `tell(name)` puts it to /tell. */
const TELL = `<script>
  const tell = async (what, more) => fetch('/tell', { method: 'POST', keepalive: true, body: JSON.stringify({
    what, path: location.pathname, prerendering: document.prerendering, ready: 'ready' in (window.koektrommel ?? []),
    shown: document.querySelectorAll('[id^=koek-]').length, local: Object.keys(localStorage), session: Object.keys(sessionStorage),
    cookie: document.cookie, databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length, more }) });
</script>`;

/** The first page prepares the second when `/turn` answers, and goes there when `/go` does. */
const PREPARES = `${TELL}<script>
  fetch('/turn').then((answer) => answer.text()).then(() => {
    const rules = document.createElement('script');
    rules.type = 'speculationrules';
    rules.text = '{"prerender":[{"source":"list","urls":["/two"],"eagerness":"immediate"}]}';
    document.head.append(rules);
    return fetch('/go');
  }).then((answer) => answer.text()).then(() => location.assign('/two'));
</script>`;

const PREPARED = `${TELL}<script>
  // After all that a page does by itself while it loads; timers run in a page that is prepared, too.
  addEventListener('load', () => setTimeout(() => tell('loaded')));
  document.addEventListener('koektrommel:ready', () => setTimeout(() => tell('ready')));
</script>`;

/** Serves the two pages; gives what they told, and the gates that the test opens. */
function prepare(front, first = '') {
  const told = [];
  const waits = new Map();
  const heard = (what) => new Promise((resolve) => waits.set(what, resolve));
  const gates = { turn: signal(), go: signal() };
  front.pages['/one'] = site(first + PREPARES);
  front.pages['/two'] = site(PREPARED);
  front.pages['/tell'] = (body) => {
    const one = JSON.parse(body);
    told.push(one);
    waits.get(`${one.what} ${one.path}`)?.(one);
    return '';
  };
  front.pages['/turn'] = () => gates.turn.promise.then(() => '');
  front.pages['/go'] = () => gates.go.promise.then(() => '');
  return { told, heard, gates };
}

frontTest('prerendered: nothing is shown or stored until the visitor comes to the page; then it works', { alone: true }, async (room) => {
  const { front, data, open } = room;
  const { heard, gates } = prepare(front);
  const [loaded, ready] = [heard('loaded /two'), heard('ready /two')];
  gates.turn.settle();
  const browser = await open(`${front.address}/one`);
  const before = await loaded;
  assert.deepEqual(
    { ...before, more: undefined },
    { what: 'loaded', path: '/two', prerendering: true, ready: false, shown: 0, local: [], session: [], cookie: '', databases: 0, caches: 0, more: undefined },
  );
  assert.deepEqual(front.posts, []);
  gates.go.settle();
  assert.equal((await ready).prerendering, false);
  const { page } = await browser.attach();
  assert.ok((await page.evaluate(() => performance.getEntriesByType('navigation')[0].activationStart)) > 0, 'it was prerendered');
  await page.click('#koek-accept');
  await delivered(page);
  assert.deepEqual(await answers(page), YES);
  assert.equal((await records(data)).length, 1);
});

frontTest('prerendered: what still waits is not sent until the visitor comes to the page; then once', { alone: true }, async (room) => {
  const { front, data, open } = room;
  const refused = signal();
  front.answered = (answer) => {
    Object.assign(answer, { status: 503, headers: {}, body: '' });
    refused.settle();
  };
  const refuses = '<script>window.koektrommel = window.koektrommel || []; koektrommel.push((api) => api.refuse());</script>';
  const { heard, gates } = prepare(front, refuses);
  const [loaded, ready] = [heard('loaded /two'), heard('ready /two')];
  const browser = await open(`${front.address}/one`);
  await refused.promise;
  gates.turn.settle();
  const before = await loaded;
  assert.deepEqual([before.prerendering, before.ready, before.local], [true, false, ['koek-outbox']]);
  assert.equal(front.posts.length, 1, 'sent by a page that nobody sees');
  front.answered = undefined;
  gates.go.settle();
  await ready;
  const { page } = await browser.attach();
  await delivered(page);
  assert.deepEqual([front.posts.length, new Set(front.posts.map((one) => one.id)).size], [2, 1]);
  assert.deepEqual(await answers(page), NO);
  assert.equal((await records(data)).length, 1);
});

/** Waits until the browser has written this down: Chromium gathers what goes to local storage for some seconds. */
async function onDisk(profile, text) {
  const folder = join(profile, 'Default', 'Local Storage', 'leveldb');
  for (;;) {
    for (const name of await readdir(folder).catch(() => [])) {
      const bytes = await readFile(join(folder, name)).catch(() => '');
      // Kept as Latin-1 or as UTF-16.
      if (bytes.includes(text) || bytes.includes(Buffer.from(text, 'utf16le'))) return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

frontTest('the browser is killed after a press with the server down: the next start delivers it, once', { alone: true }, async (room) => {
  const { front, folder, data, up, down, open } = room;
  front.pages['/one'] = site();
  const first = await open(`${front.address}/one`);
  const { page } = await first.attach();
  await page.waitForSelector('#koek-banner');
  await down();
  await page.click('#koek-accept');
  await told(page);
  const [{ id }] = await waiting(page);
  await onDisk(join(folder, 'profile'), id);
  await first.kill();

  await up();
  assert.equal((await records(data)).length, 0);
  const second = await open(`${front.address}/one`);
  const { page: again } = await second.attach();
  await delivered(again);
  await quiet(again);
  assert.equal(await again.locator('#koek-banner').count(), 0);
  assert.deepEqual(await answers(again), YES);
  assert.deepEqual(new Set(front.posts.map((one) => one.id)), new Set([id]));
  assert.equal((await records(data)).length, 1);
});

/** Two tabs of which neither has heard of the other yet when both press; the answers come only then. */
async function both(room, first, second, last) {
  const { front, context, page, data } = room;
  front.pages['/one'] = site();
  const gate = signal();
  front.answered = () => gate.promise;
  // News of the storage that comes when the test says so: it takes its time between processes.
  await context.addInitScript(() => {
    const held = [];
    window.deliver = () => held.splice(0).forEach((task) => task());
    const listenTo = window.addEventListener;
    window.addEventListener = (name, listen, ...rest) =>
      listenTo.call(window, name, name === 'storage' ? (event) => held.push(() => listen(event)) : listen, ...rest);
  });
  const other = await context.newPage();
  for (const tab of [page, other]) {
    await tab.goto(`${front.address}/one`);
    await tab.waitForSelector('#koek-banner');
  }
  await page.click(first);
  // What one tab writes down is there for the other as soon as the browser has passed it on.
  await until('the other tab can read it', async () => (await waiting(other)).length, 1);
  await other.click(second);
  assert.equal((await waiting(other)).length, 2, 'both are written down before either is answered');
  gate.settle();
  await delivered(other);
  for (const tab of [page, other]) {
    await until('each tab follows', () => tab.evaluate(() => (window.deliver(), window.koektrommel.choices())), last);
    await quiet(tab);
    assert.deepEqual(await tab.evaluate(() => window.koektrommel.choices()), last);
  }
  assert.deepEqual(await answers(page), last);
  return (await records(data)).map(({ choices }) => choices);
}

frontTest('two tabs press at once, yes and then no: the no stands in both, and last in the log', async (room) => {
  assert.deepEqual(await both(room, '#koek-accept', '#koek-refuse', NO), [YES, NO]);
});

frontTest('two tabs press at once, no and then yes: the yes stands in both, and last in the log', async (room) => {
  assert.deepEqual(await both(room, '#koek-refuse', '#koek-accept', YES), [NO, YES]);
});

frontTest('the answer gets lost and the server dies after the commit: one record, and the same receipt', async (room) => {
  const { front, page, data, up, down } = room;
  front.pages['/one'] = front.pages['/two'] = site();
  let lost;
  front.answered = async (answer) => {
    lost ??= answer;
    await down();
    return false;
  };
  await page.goto(`${front.address}/one`);
  await page.waitForSelector('#koek-banner');
  await page.click('#koek-accept');
  await told(page);
  assert.equal(lost.status, 201, 'it was recorded');
  assert.equal((await waiting(page)).length, 1, 'and the browser does not know');

  let found;
  front.answered = (answer) => ((found = answer), true);
  await up();
  await page.goto(`${front.address}/two`);
  await delivered(page);
  assert.deepEqual(JSON.parse(found.body), JSON.parse(lost.body), 'record, reference, receipt and all');
  assert.equal(new Set(front.posts.map((one) => one.id)).size, 1);
  assert.equal((await records(data)).length, 1);
  assert.deepEqual(await answers(page), YES);
});

frontTest('accept and leave in the same task with the server down: the choice stands, and is one record', async (room) => {
  const { front, page, data, up, down } = room;
  front.pages['/one'] = site(`<script>document.addEventListener('click', (event) => {
    if (event.target.id === 'koek-accept') location.href = '/two';
  });</script>`);
  front.pages['/two'] = site();
  await page.goto(`${front.address}/one`);
  await page.waitForSelector('#koek-banner');
  await down();
  await page.click('#koek-accept');
  await page.waitForURL(/two/);
  // The script is fresh in the browser's cache, so this page has it with the server down.
  await page.waitForFunction(() => window.koektrommel?.allows?.('display'));
  await quiet(page);
  assert.equal(await page.locator('#koek-banner').count(), 0);
  const [{ id }, ...more] = await waiting(page);
  assert.deepEqual(more, []);
  await up();
  await page.reload();
  await delivered(page);
  assert.deepEqual(new Set(front.posts.map((one) => one.id)), new Set([id]));
  assert.equal((await records(data)).length, 1);
  assert.deepEqual(await answers(page), YES);
});

frontTest('offline, then online: sent by itself, in order, without another page', async (room) => {
  const { front, page, context, data } = room;
  front.pages['/one'] = site();
  await page.goto(`${front.address}/one`);
  await page.waitForSelector('#koek-banner');
  await context.setOffline(true);
  await page.click('#koek-accept');
  await told(page);
  await page.evaluate(() => window.koektrommel.withdraw());
  await until('both are written down', async () => (await waiting(page)).length, 2);
  assert.deepEqual(front.posts, []);
  await context.setOffline(false);
  await delivered(page);
  assert.deepEqual((await records(data)).map(({ choices }) => choices), [YES, NO]);
  assert.deepEqual(await answers(page), NO);
});

/** What a loop would show: more than one question, request or load for one press. */
async function oncePerPage(room, page, press) {
  const { front } = room;
  let loads = 0;
  page.on('framenavigated', () => loads++);
  for (let view = 1; view <= 3; view++) {
    await page.goto(`${front.address}/one`);
    await page.waitForSelector('#koek-banner');
    await press();
    await page.waitForFunction(() => document.querySelector('#koek-confirm [role=status]')?.textContent);
    assert.equal(await page.locator('#koek-banner').count(), 0, 'answered, so no question on this page');
    assert.equal(await page.evaluate(() => window.koektrommel.allows('display')), true);
    // A second look, as when the window is shown again: it asks and sends nothing either.
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await quiet(page);
    assert.equal(await page.locator('#koek-banner').count(), 0);
    assert.deepEqual([front.posts.length, loads], [view, view]);
  }
}

frontTest('a browser that blocks all storage: one question and one record per page, never a loop', { alone: true }, async (room) => {
  const { front, folder, open } = room;
  front.pages['/one'] = site();
  front.pages['/none'] = '<title>-</title>';
  const profile = join(folder, 'blocked');
  await mkdir(join(profile, 'Default'), { recursive: true });
  const settings = { profile: { default_content_setting_values: { cookies: 2 } } };
  await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify(settings));
  const { page } = await (await open(`${front.address}/none`, profile)).attach();
  const thrown = [];
  page.on('pageerror', (error) => thrown.push(String(error)));
  assert.equal(await page.evaluate(() => { try { return !!localStorage; } catch (error) { return error.name; } }), 'SecurityError');
  await oncePerPage(room, page, () => page.click('#koek-accept'));
  assert.deepEqual(thrown, []);
});

frontTest('storage that is full: the decision is sent all the same, once', async (room) => {
  const { front, page, data } = room;
  front.pages['/one'] = site();
  await page.goto(`${front.address}/one`);
  await page.waitForSelector('#koek-banner');
  await page.evaluate(() => {
    for (let part = 'x'.repeat(1 << 20); part; ) {
      try {
        localStorage.setItem('page', (localStorage.getItem('page') ?? '') + part);
      } catch {
        part = part.slice(part.length >> 1 || 1);
      }
    }
  });
  await page.click('#koek-refuse');
  await page.waitForFunction(() => document.cookie.includes('__Host-koek='));
  await quiet(page);
  assert.deepEqual([front.posts.length, (await records(data)).length], [1, 1]);
});

frontTest('a private window: it holds while the window is there, and is asked once in the next', async (room) => {
  const { front, page, context, data } = room;
  front.pages['/one'] = site();
  await page.goto(`${front.address}/one`);
  await page.click('#koek-refuse');
  await delivered(page);
  await page.reload();
  await ready(page);
  assert.equal(await page.locator('#koek-banner').count(), 0);
  // A context is a private window: closing it takes everything with it.
  const browser = context.browser();
  await context.close();
  const next = await browser.newContext({ locale: 'nl-NL' });
  follow(next);
  const fresh = await next.newPage();
  await fresh.goto(`${front.address}/one`);
  await fresh.waitForSelector('#koek-banner');
  await quiet(fresh);
  assert.deepEqual(await stored(fresh, next), NOTHING);
  assert.equal((await records(data)).length, 1);
});
