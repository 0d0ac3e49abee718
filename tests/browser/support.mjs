/**
 * A real server and a real browser for each test. `node --test tests/browser` from the root, after a release build and
 * `npm ci` in widget/; KOEKTROMMEL_BIN names another server program, CHROMIUM another browser, KOEKTROMMEL_SLOW=6
 * makes the browser as many times slower.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test as nodeTest } from 'node:test';
import { fileURLToPath } from 'node:url';

/** Resolves from the widget's packages, the only ones the repository has. */
export const require = createRequire(new URL('../../widget/package.json', import.meta.url));
const { chromium } = require('playwright-core');

export const program =
  process.env.KOEKTROMMEL_BIN ?? fileURLToPath(new URL('../../target/release/koektrommel', import.meta.url));

/** How long a test may take, in milliseconds: on a slow machine too, so only what hangs is ended by it. */
export const LIMIT = 600_000;

/** The usual flags of a browser. */
export const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

/** A browser; `extra` are flags besides the usual ones. */
export const launch = ({ extra = [], ...options } = {}) => {
  const args = [...FLAGS.split(' '), ...extra];
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args, ...options });
};

let launched;
/** One browser per test file, a fresh profile (context) per test. */
const browser = () => (launched ??= launch());
after(async () => (await launched)?.close());

/** Asks until the answer is `expected`; what cannot be asked just now is asked again. Fails with the last answer. */
export async function until(what, ask, expected = true, within = 60_000) {
  for (const end = Date.now() + within; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
    try {
      const answer = await ask();
      assert.deepEqual(answer, expected);
      return answer;
    } catch (error) {
      if (Date.now() > end) throw new Error(`not within ${within / 1000} s: ${what}: ${error.message}`, { cause: error });
    }
  }
}

/** How many times slower the browser is made: for finding tests that count on a fast one. */
const SLOW = Number(process.env.KOEKTROMMEL_SLOW ?? 1);
const slow = async (page) => (await page.context().newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: SLOW });

/** What each page has asked for: what is underway, how much there was in all, and how often `quiet` has looked. */
const lines = new WeakMap();

/** Keeps count of what the pages of a context ask for, so that `quiet` knows. */
export function follow(context) {
  context.setDefaultTimeout(60_000);
  const add = (page) => {
    const line = { underway: new Map(), all: 0, looked: 0 };
    if (SLOW > 1) slow(page).catch(() => {});
    lines.set(page, line);
    page.on('request', (request) => {
      // With another document, what the one before it asked for is no longer told of.
      if (request.isNavigationRequest() && request.frame() === page.mainFrame()) line.underway.clear();
      line.underway.set(request, Infinity);
      line.all++;
    });
    for (const end of ['requestfinished', 'requestfailed']) page.on(end, (request) => line.underway.delete(request));
    page.on('response', (answer) => {
      const request = answer.request();
      if (line.underway.has(request) && request.resourceType() === 'fetch') line.underway.set(request, line.looked);
    });
  };
  context.pages().forEach(add);
  context.on('page', add);
}

/** Does something that leads to another document, of which the address may be the same, and waits until that is there. */
export async function turn(page, act) {
  const loaded = page.waitForEvent('load');
  await act();
  await loaded;
}

/** Of a frame that is gone, the end is not told; nor of an answer that a script does not read: what it reads is small. */
function isOver([request, answered], looked) {
  try {
    return request.frame().isDetached() || answered < looked - 1;
  } catch {
    // The frame of a navigation is there once it has an answer.
    return false;
  }
}

/**
 * Waits until a page has done all that it does by itself, timers apart: nothing that it asked for is underway, and two
 * frames later it has not asked for more. What has not happened by then does not happen. Uses nothing of the page's own.
 */
export async function quiet(page) {
  const line = lines.get(page);
  await until('the page asks for nothing more', async () => {
    const { all } = line;
    line.looked++;
    // Stable is what stands still for two frames.
    await (await page.waitForSelector('html', { state: 'attached' })).waitForElementState('stable');
    // To the browser itself and back, which tells of requests that a test answers.
    await page.context().cookies();
    return [line.all - all, [...line.underway].filter((one) => !isOver(one, line.looked)).map(([one]) => one.url())];
  }, [0, []]);
}

/** Waits until the widget knows the standing choice and has asked, if there is something to ask. */
export async function ready(page) {
  await page.waitForFunction(() => window.koektrommel?.ready);
  await quiet(page);
}

/** A port that is free, and none that the system gives to whoever asks for any: it is still free when a server starts again. */
export const freePort = () =>
  new Promise((resolve) => {
    const port = 10_000 + Math.floor(Math.random() * 22_000);
    const socket = createServer().once('error', () => resolve(freePort()));
    socket.listen(port, '127.0.0.1', () => socket.close(() => resolve(port)));
  });

/** Starts a server on `data`, with `more` arguments; port 0 lets it choose. Gives its address, what it `told()`, and `stop()`, which kills it outright. */
export async function serve(data, port = 0, more = []) {
  const child = spawn(program, ['serve', '--listen', `127.0.0.1:${port}`, '--data', data, ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  let text = '';
  const address = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the server stopped with ${code}: ${text}`)));
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+(?=\/)/.exec(text);
      if (found) resolve(found[0]);
    });
  });
  return { address, told: () => text, stop: () => (child.kill('SIGKILL'), gone) };
}

/** The example's configuration in a folder, with `changes`: each a file, a text in it, and what comes in its place. */
export async function configure(folder, changes) {
  await cp(new URL('../../assets/wsn', import.meta.url), folder, { recursive: true });
  for (const [name, from, to] of changes) {
    const file = join(folder, name);
    const text = await readFile(file, 'utf8');
    assert.ok(text.includes(from), `${name} has no ${from}`);
    await writeFile(file, text.replace(from, () => to));
  }
  return join(folder, 'koektrommel.toml');
}

/**
 * A test with `{ address, context, page, server, data, seen }`. Whatever it does, it fails when a page asked another
 * host for anything or reported an error; `faults: true` is for tests that break the server on purpose. `context` and
 * `launch` are Playwright's options, for the profile and for a browser of the test's own; `site` is what the configuration
 * has other than the example, as `configure` takes it.
 */
export function test(name, options, body = options) {
  nodeTest(name, { timeout: LIMIT }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'koektrommel-'));
    const data = join(folder, 'data');
    const config = options.site && ['--config', await configure(join(folder, 'site'), options.site)];
    const server = await serve(data, await freePort(), config);
    const own = options.launch && (await launch(options.launch));
    const context = await (own ?? (await browser())).newContext({ locale: 'nl-NL', ...options.context });
    // One page view in so many looks for undeclared names, by chance: not these, unless a test wants it.
    await context.addInitScript(() => {
      if (/native/.test(Math.random)) Math.random = () => 0.5;
    });
    follow(context);
    const seen = { posts: [], foreign: [], errors: [] };
    context.on('request', (request) => {
      if (!request.url().startsWith(server.address)) seen.foreign.push(request.url());
      if (request.method() === 'POST') seen.posts.push(request.postDataJSON());
    });
    context.on('console', (line) => {
      // A browser asks a host for its icon by itself; behind /privacy that is the site's own.
      if (line.location().url.endsWith('/favicon.ico')) return;
      if (['error', 'warning'].includes(line.type())) seen.errors.push(line.text());
    });
    context.on('weberror', (fault) => seen.errors.push(String(fault.error())));
    const page = await context.newPage();
    const room = { address: server.address, context, page, server, data, seen };
    try {
      await body(room);
      assert.deepEqual(seen.foreign, [], 'asked another host');
      if (!options.faults) assert.deepEqual(seen.errors, [], 'errors in the console');
    } finally {
      await context.close();
      await own?.close();
      await room.server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
}

/** Opens the demo page and waits for the banner. */
export async function visit({ page, address }, path = '/') {
  await page.goto(address + path);
  await page.waitForSelector('#koek-banner');
}

/** Presses a button of the widget and waits until the server has answered the decision. */
export async function press(page, id) {
  const answer = page.waitForResponse((one) => one.request().method() === 'POST');
  await page.click(id);
  const status = (await answer).status();
  assert.equal(status, 201);
  await page.waitForFunction(() => localStorage.getItem('koek-outbox') === null);
}

/** Closes the confirmation; a press so soon that it may be the second half of a double click is not heeded. */
export const close = (page) =>
  until('the confirmation is closed', async () => {
    if (await page.locator('#koek-confirm').count()) await page.click('#koek-close');
    return page.locator('#koek-confirm').count();
  }, 0);

/** Closes the settings without a choice, until the focus is back. */
export async function escape(page) {
  await page.keyboard.press('Escape');
  await page.waitForSelector('#koek-settings', { state: 'detached' });
}

/** Opens the settings by the page's own link. */
export async function reopen(page) {
  await page.locator('[data-koek-settings]').first().click();
  await page.waitForSelector('#koek-settings[open]');
}

/** Unfolds in the open settings what visitors can set for themselves. */
export async function unfold(page) {
  await page.click('#koek-settings summary');
  await page.waitForSelector('#koek-display');
}

/** A page of our own on the server's origin, with the widget in it; `body` is its content, with its own `tag: false`. */
export async function fixture({ page, address, context }, body, { path = '/fixture', tag = true, head = '', headers = {} } = {}) {
  const script = tag ? '<script src="/privacy/koektrommel.js" defer></script>' : '';
  const html = `<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Proef</title>
    ${script}${head}</head><body>${body}</body></html>`;
  await context.route(address + path, (route) => route.fulfill({ contentType: 'text/html', headers, body: html }));
  await page.goto(address + path);
}

/** Everything a site can leave on a device, by name. */
export async function stored(page, context) {
  const inside = await page.evaluate(async () => ({
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
    databases: (await indexedDB.databases()).map((one) => one.name),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
  }));
  return { ...inside, cookies: (await context.cookies()).map((one) => one.name) };
}

export const NOTHING = { local: [], session: [], databases: [], caches: [], workers: 0, cookies: [] };

/** The number of records in the log, as its public checkpoint tells it. */
export async function logSize(address) {
  const text = await (await fetch(`${address}/privacy/log/checkpoint`)).text();
  return Number(text.split('\n')[1]);
}

/** The ids of every checkbox in the open settings, with its state. */
export const boxes = (page) =>
  page.$$eval('#koek-settings [id^=koek-p-]', (all) => Object.fromEntries(all.map((box) => [box.id.slice(7), box.checked])));

/** The answers in the choice cookie. */
export const answers = (page) =>
  page.evaluate(() => {
    const list = /&p=([^&;]*)/.exec(decodeURIComponent(document.cookie))?.[1] ?? '';
    return Object.fromEntries(list.split('~').map((one) => [one.split('.')[0], one.split('.')[1] === '1']));
  });

const axe = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8');

/** Runs axe over the page as it stands; zero means zero, best practices and the size of targets (2.5.8) too. `rules` switches single rules off. */
export async function audit(page, state, rules = {}) {
  if (!(await page.evaluate(() => !!window.axe))) await page.evaluate(axe);
  const options = { resultTypes: ['violations'], rules: { 'target-size': { enabled: true }, ...rules } };
  const { violations } = await page.evaluate((told) => window.axe.run(document, told), options);
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
  assert.deepEqual(told, [], state);
}
