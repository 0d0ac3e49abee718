/**
 * A site as a web team sets it up: pages on a host of their own, nginx or Caddy with TLS in front, and the real server
 * beside them, on a sibling host, or on another site. The rules of the web servers are those of docs/embedding.md.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test as nodeTest } from 'node:test';
import { fileURLToPath } from 'node:url';
import { configure as example, follow, freePort, launch, LIMIT, serve } from './support.mjs';

const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const guide = await readFile(root('docs/embedding.md'), 'utf8');

/** The snippets of the guide in one language, in their order. */
export const snippets = (language) =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text]) => text);

export const SITE = 'https://www.wsn.example';

/** Where the server is in each mode, which of the guide's rules lead there, `own` to what is the site's own, and which lines configure it. */
export const MODES = {
  'same-origin': { server: SITE, rule: 0, own: 2, tag: 'src="/privacy/', policy: 0 },
  sibling: { server: 'https://privacy.wsn.example', rule: 1, tag: 'src="https://privacy.wsn', policy: 1 },
  'cross-site': { server: 'https://wsn.privacy.example', rule: 1, tag: 'src="https://wsn.privacy', policy: 1 },
};

/** The script tag that the guide gives for a mode. */
export const tagFor = (mode) => snippets('html').find((text) => text.includes(MODES[mode].tag)).trim();

/** The policy that the guide gives for a mode. */
export const policyFor = (mode) => {
  const { server, policy } = MODES[mode];
  const text = snippets('http')[policy].trim().replace('Content-Security-Policy: ', '');
  return text.replaceAll('https://privacy.wsn.example', server);
};

/** The example's configuration in a mode, with the lines of the guide, and with `changes` as in `support.mjs`. */
async function configure(folder, mode, changes) {
  await example(folder, changes);
  if (mode === 'same-origin') return join(folder, 'koektrommel.toml');
  const change = async (file, turn) => writeFile(join(folder, file), turn(await readFile(join(folder, file), 'utf8')));
  const lines = snippets('toml').find((text) => text.includes(`"${mode}"`));
  await change('koektrommel.toml', (text) => {
    const bare = text.replace('origins = []\n', '').replace(/^mode = .*\n/m, '');
    return bare.replace('validity_months', `${lines}\nvalidity_months`);
  });
  if (mode === 'sibling') {
    await change('catalogue.toml', (text) => text.replace(/"__Host-koek(?!_officer)/g, '"__Secure-koek'));
  }
  return join(folder, 'koektrommel.toml');
}

/** Waits until something listens there. */
async function listening(port, child) {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} stopped with ${child.exitCode}`);
    const open = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => (socket.destroy(), resolve(true)));
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Both take the folder for their files, the certificate, and for each host its rules. */
const PROXIES = {
  nginx: {
    language: 'nginx',
    page: (pages) => `location / { proxy_pass ${pages}; proxy_set_header Host $http_host; }`,
    write: ({ folder, port, hosts }) => `
      daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr error;
      events {}
      http {
        access_log off;
        ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((one) => `${one}_temp_path ${folder}/${one};`).join(' ')}
        ssl_certificate ${folder}/cert.pem; ssl_certificate_key ${folder}/key.pem;
        ${hosts.map(({ name, rules }) => `server { listen 127.0.0.1:${port} ssl; server_name ${name};\n${rules}\n}`).join('\n')}
      }`,
    command: (folder, file) => ['nginx', ['-p', folder, '-e', 'stderr', '-c', file]],
  },
  caddy: {
    language: 'caddy',
    page: (pages) => `reverse_proxy ${pages}`,
    write: ({ folder, port, hosts }) => `{
        admin off
        auto_https off
      }
      ${hosts
        .map(
          ({ name, rules }) => `https://${name}:${port} {
        bind 127.0.0.1
        tls ${folder}/cert.pem ${folder}/key.pem
        ${rules}
      }`,
        )
        .join('\n')}`,
    command: (folder, file) => ['caddy', ['run', '--adapter', 'caddyfile', '--config', file]],
  },
};

/** Starts a web server with these hosts; gives its port and how to end it. */
async function front(proxy, folder, hosts) {
  const port = await freePort();
  const { write, command } = PROXIES[proxy];
  const names = 'subjectAltName=DNS:*.wsn.example,DNS:*.privacy.example';
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, '-subj', '/CN=wsn.example', '-addext', names, ...files], { stdio: 'ignore' });
  const file = join(folder, 'front.conf');
  await writeFile(file, write({ folder, port, hosts }));
  const [name, args] = command(folder, file);
  // Debian keeps nginx where only root looks.
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin`, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const child = spawn(name, args, { stdio: ['ignore', 'ignore', 'pipe'], env });
  let said = '';
  child.stderr.on('data', (chunk) => (said += chunk));
  const gone = new Promise((resolve) => child.once('exit', resolve));
  await listening(port, child).catch((error) => {
    throw new Error(`${error.message}: ${said}`);
  });
  return { port, stop: () => (child.kill('SIGTERM'), gone) };
}

/** A server of pages: `pages` has for each path its HTML and headers, and may grow. */
async function publish(pages) {
  const server = createServer((request, response) => {
    const page = pages[request.url.split('?')[0]];
    if (!page) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': page.type ?? 'text/html; charset=utf-8', ...page.headers }).end(page.body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}`, stop: () => (server.closeAllConnections(), server.close()) };
}

/** A page with this in its head and body. */
export const html = (head, body = '') => `<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>WSN</title>
  ${head}</head><body><main><h1>WSN</h1>
  <a href="/privacy/settings" data-koek-settings>Cookie-instellingen</a></main>${body}</body></html>`;

/**
 * A test on such a site, with `{ page, context, pages, mode, server, address, data, seen, requests }`. It fails on anything in
 * the console, unless `faults`, and when another host was asked. `address` is the server's without TLS, `data` its
 * folder. `profile` are Playwright's options for a profile, `site` is what the configuration has other than the example.
 */
export function hostTest(name, { proxy = 'nginx', mode = 'same-origin', faults = false, profile = {}, site: changes = [] }, body) {
  nodeTest(`${name}: ${proxy}, ${mode}`, { timeout: LIMIT }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'koektrommel-hosts-'));
    const ends = [];
    try {
      await mkdir(join(folder, 'config'));
      const config = await configure(join(folder, 'config'), mode, changes);
      const data = join(folder, 'data');
      const server = await serve(data, 0, ['--config', config]);
      ends.push(server.stop);
      const pages = { '/': { body: html(tagFor(mode)) } };
      const published = await publish(pages);
      ends.push(published.stop);
      const { language, page: toPages } = PROXIES[proxy];
      const { rule, own } = MODES[mode];
      const wanted = snippets(language).filter((_, index) => [rule, own].includes(index)).join('\n');
      const rules = wanted.replaceAll('127.0.0.1:8080', new URL(server.address).host);
      const site = { name: 'www.wsn.example', rules: toPages(published.address) };
      const hosts = [site, { name: new URL(MODES[mode].server).host, rules }];
      if (mode === 'same-origin') hosts.splice(0, 2, { ...site, rules: `${rules}\n${site.rules}` });
      const { port, stop } = await front(proxy, folder, hosts);
      ends.push(stop);
      const browser = await launch({
        extra: [`--host-resolver-rules=MAP *:443 127.0.0.1:${port}`, '--ignore-certificate-errors'],
      });
      ends.push(() => browser.close());
      const context = await browser.newContext({ locale: 'nl-NL', ignoreHTTPSErrors: true, ...profile });
      // One page view in so many looks for undeclared names, by chance: not these, unless a test wants it.
      await context.addInitScript(() => {
        if (/native/.test(Math.random)) Math.random = () => 0.5;
      });
      follow(context);
      const seen = [];
      const requests = [];
      context.on('request', (request) => requests.push(`${request.method()} ${request.url()}`));
      context.on('console', (line) => {
        if (line.location().url.endsWith('/favicon.ico')) return;
        if (['error', 'warning'].includes(line.type())) seen.push(line.text());
      });
      context.on('weberror', (fault) => seen.push(String(fault.error())));
      const page = await context.newPage();
      const { address } = server;
      await body({ page, context, pages, mode, server: MODES[mode].server, address, data, seen, requests });
      if (!faults) assert.deepEqual(seen, [], 'in the console');
      const allowed = requests.filter((one) => ![SITE, MODES[mode].server].includes(new URL(one.split(' ')[1]).origin));
      assert.deepEqual(allowed, [], 'asked another host');
    } finally {
      for (const end of ends.reverse()) await end();
      await rm(folder, { recursive: true, force: true });
    }
  });
}
