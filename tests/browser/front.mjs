/**
 * A site in front of the real server, for tests of what happens between the two: pages of its own, and the public path
 * passed on, or not, or passed on without the answer coming back. The site's address stays, whatever becomes of the server.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, request as ask } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as nodeTest } from 'node:test';
import { promisify } from 'node:util';
import { FLAGS, follow, launch, LIMIT, program, require, serve, until } from './support.mjs';

const { chromium } = require('playwright-core');

/** A page of the site with the widget. */
export const site = (body = '', lang = 'nl') => `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><title>Proef</title>
  <link rel="icon" href="data:,"><script src="/privacy/koektrommel.js" defer></script></head>
  <body><main><h1>Proef</h1><a href="/privacy/settings" data-koek-settings>Cookie-instellingen</a>${body}</main></body></html>`;

/** Sends a request on, unchanged, and gives the whole answer. */
const pass = (to, { method, url, headers }, body) =>
  new Promise((resolve, reject) => {
    const upstream = ask(to + url, { method, headers, agent: false }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) }));
      answer.on('error', reject);
    });
    upstream.on('error', reject);
    upstream.end(body);
  });

/**
 * Starts the site on a port of its own. `pages` are its pages by path, as HTML or as a function of the request's body
 * that gives what to answer; `to` is the server's address, `undefined` while it is down; `answered`, if set, is awaited
 * with each answer to a decision before it goes on to the browser, and stops it by giving false.
 */
export async function openFront(to) {
  const front = { to, pages: {}, posts: [], answered: undefined };
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const path = request.url.split('?')[0];
    const isDecision = request.method === 'POST' && path.endsWith('/consents');
    if (isDecision) front.posts.push(JSON.parse(body));
    try {
      if (path in front.pages) {
        const page = front.pages[path];
        const text = typeof page === 'function' ? await page(body.toString()) : page;
        return response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(text);
      }
      if (!path.startsWith('/privacy')) return response.writeHead(404).end();
      if (!front.to) throw new Error('down');
      const answer = await pass(front.to, request, body);
      if (isDecision && (await front.answered?.(answer)) === false) throw new Error('swallowed');
      response.writeHead(answer.status, answer.headers).end(answer.body);
    } catch {
      request.socket.destroy();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  front.address = `http://127.0.0.1:${server.address().port}`;
  front.stop = () => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve)));
  return front;
}

/** The decisions in the log, oldest first, as an officer would export them. */
export async function records(data) {
  const file = join(data, '..', `export-${process.hrtime.bigint()}.ndjson`);
  await promisify(execFile)(program, ['export', '--format', 'ndjson', '--data', data, '-o', file]);
  const lines = (await readFile(file, 'utf8')).trim().split('\n').map((line) => JSON.parse(line));
  await rm(file);
  return lines.flatMap(({ record }) => (record?.choices ? [record] : []));
}

/** The processes of a group that still run; what has ended may be listed until somebody has taken note of it. */
async function running(group) {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const told = await Promise.all(all.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  // After the name, which is in brackets: the state, the parent, the group.
  const fields = told.map((text) => text.slice(text.lastIndexOf(')') + 2).split(' '));
  return fields.filter(([state, , of]) => Number(of) === group && !'ZX'.includes(state)).length;
}

/**
 * A browser that nothing looks into until `attach`, with a profile that outlives it: for what Chromium does otherwise
 * while it is being looked at. `kill` ends all of its processes at once.
 */
export async function browse(profile, address) {
  const args = [...FLAGS.split(' '), '--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`, address];
  const child = spawn(process.env.CHROMIUM ?? '/usr/bin/chromium', args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const socket = await new Promise((resolve, reject) => {
    let text = '';
    child.once('exit', (code) => reject(new Error(`the browser stopped with ${code}: ${text}`)));
    child.stderr.on('data', (chunk) => {
      text += chunk;
      const found = /ws:\/\/\S+/.exec(text);
      if (found) resolve(found[0]);
    });
  });
  const kill = async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
    await gone;
    // The one that keeps the storage may outlive the first by a moment, and its lock with it.
    await until('all of the browser is gone', () => running(child.pid), 0);
  };
  const attach = async () => {
    const context = (await chromium.connectOverCDP(socket)).contexts()[0];
    follow(context);
    const page = context.pages()[0] ?? (await context.waitForEvent('page'));
    await page.waitForURL(/^http/);
    return { context, page };
  };
  return { attach, kill };
}

/**
 * A test with `{ front, data, folder, up, down, page, context, open }`. `up` and `down` start and kill the server;
 * `open(address)` is a browser that nobody looks into; `page` and `context`, of an ordinary one, are there unless
 * `alone`. Fails when a page threw anything.
 */
export function frontTest(name, options, body = options) {
  nodeTest(name, { timeout: LIMIT }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'koektrommel-front-'));
    const data = join(folder, 'data');
    const ends = [() => rm(folder, { recursive: true, force: true })];
    try {
      const front = await openFront();
      ends.push(front.stop);
      let server;
      const down = async () => {
        front.to = undefined;
        await server?.stop();
        server = undefined;
      };
      const up = async () => {
        server = await serve(data);
        front.to = server.address;
      };
      ends.push(down);
      await up();
      const open = async (address, profile = join(folder, 'profile')) => {
        const opened = await browse(profile, address);
        ends.push(opened.kill);
        return opened;
      };
      const room = { front, data, folder, up, down, open };
      const thrown = [];
      if (!options.alone) {
        const browser = await launch(options.launch);
        ends.push(() => browser.close());
        room.context = await browser.newContext({ locale: 'nl-NL' });
        follow(room.context);
        room.context.on('weberror', (fault) => thrown.push(String(fault.error())));
        room.page = await room.context.newPage();
      }
      await body(room);
      assert.deepEqual(thrown, [], 'thrown into the page');
    } finally {
      for (const end of ends.reverse()) await end();
    }
  });
}
