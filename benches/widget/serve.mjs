/**
 * The servers of a run: one for files that were compressed before, our own program, and before both a third, as a site's
 * web server stands before others. All pages come the same way, so that no script is nearer than another. It keeps count
 * of what was asked and how many bytes of body went out.
 */
import { spawn } from 'node:child_process';
import { createServer, Agent, request } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Our own program on a new data folder. */
async function start(program) {
  const data = await mkdtemp(join(tmpdir(), 'koektrommel-bench-'));
  const child = spawn(program, ['serve', '--listen', '127.0.0.1:0', '--data', data], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const address = await new Promise((resolve, reject) => {
    let text = '';
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${program} stopped with ${code}: ${text}`)));
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+(?=\/)/.exec(text);
      if (found) resolve(found[0]);
    });
  });
  const stop = async () => {
    child.kill();
    await gone;
    await rm(data, { recursive: true, force: true });
  };
  return { address, stop };
}

/** What `files` holds, by path. */
async function startFiles(files) {
  const server = createServer((from, to) => {
    const file = files.get(from.url);
    if (!file) return void to.writeHead(404).end();
    to.writeHead(200, {
      'Content-Type': file.type,
      'Content-Encoding': 'br',
      'Content-Length': file.body.length,
      'Cache-Control': from.url.endsWith('/') ? 'no-cache' : 'public, max-age=3600',
    });
    to.end(file.body);
  });
  return { address: await listen(server), stop: () => close(server) };
}

async function listen(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

function close(server) {
  server.closeAllConnections();
  server.close();
}

/** Starts all; gives the address, `taken()`, which tells what was asked since it was last called, and `stop()`. */
export async function serve(files, program) {
  const [ours, other] = await Promise.all([start(program), startFiles(files)]);
  const agent = new Agent({ keepAlive: true });
  let asked = [];

  function pass(from, to) {
    const options = { method: from.method, headers: from.headers, agent };
    const { address } = from.url.startsWith('/privacy/') ? ours : other;
    const onward = request(new URL(from.url, address), options, (answer) => {
      const row = { path: from.url, bytes: 0 };
      asked.push(row);
      to.writeHead(answer.statusCode, answer.rawHeaders);
      answer.on('data', (chunk) => (row.bytes += chunk.length));
      answer.pipe(to);
    });
    onward.on('error', () => {
      // A connection that was kept may be given up by the other side in the moment in which it is used again.
      if (onward.reusedSocket && from.method === 'GET' && !to.headersSent) pass(from, to);
      else to.destroy();
    });
    if (from.readableEnded) onward.end();
    else from.pipe(onward);
  }

  const server = createServer(pass);
  return {
    address: await listen(server),
    taken: () => asked.splice(0),
    stop: async () => {
      close(server);
      other.stop();
      agent.destroy();
      await ours.stop();
    },
  };
}
