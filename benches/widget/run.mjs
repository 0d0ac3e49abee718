/**
 * The widget beside other banners, in one run: `node benches/widget/run.mjs`. Fetches what it compares with, visits
 * every page in every round in another order, and prints medians.
 *   --rounds N    how often each page is visited; 15 without it
 *   --own         our own and the floors only; fetches nothing of others
 *   --rest MS     how long a page is left alone after it was loaded, before its work is read; 1500 without it
 * KOEKTROMMEL_BIN names the server program (else target/release/koektrommel), CHROMIUM the browser.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    own: { type: 'boolean', default: false },
    rest: { type: 'string', default: '1500' },
  },
});
const [count, pause] = ['rounds', 'rest'].map((name) => {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} takes a whole number from 1`);
  return value;
});

const target = process.env.CARGO_TARGET_DIR ?? here('../../target');
const program = process.env.KOEKTROMMEL_BIN ?? `${target}/release/koektrommel`;
if (!existsSync(program)) throw new Error(`${program} is not there: cargo build --release, or set KOEKTROMMEL_BIN`);

/** Fetches a folder's packages, unless they are those of the lock file already. */
function install(folder) {
  const [lock, installed] = ['package-lock.json', 'node_modules/.package-lock.json'].map((name) => here(folder + name));
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  execFileSync('npm', args, { cwd: here(folder), stdio: ['ignore', 'ignore', 'inherit'] });
}
install('../../widget/');
if (!values.own) install('./');

const { add, build } = await import('./pages.mjs');
const { serve } = await import('./serve.mjs');
const { devices, launch, loaded, timed } = await import('./visit.mjs');
const { print, row } = await import('./table.mjs');
const { still } = await import('./still.mjs');

const { pages, files, left } = await build({ peers: !values.own });
const server = await serve(files, program);
const browser = await launch();
await add({ pages, files }, 'floor: our box, and nothing else', 'still', await still(browser, `${server.address}/ours/`));
const told = new Map(pages.map(({ name }) => [name, []]));
const faults = new Map(left.map(({ name, why }) => [name, why]));

const [DESKTOP, PHONE] = devices(pause);

async function visit(one) {
  const desktop = await loaded(browser, server, one, DESKTOP);
  const phone = await loaded(browser, server, one, PHONE);
  if (!one.box) return { desktop, phone };
  const timedDesktop = await timed(browser, server, one, DESKTOP, true);
  const timedPhone = await timed(browser, server, one, PHONE, false);
  return { desktop, phone, timedDesktop, timedPhone };
}

try {
  for (let round = 0; round < count; round += 1) {
    // Every round begins with another page, so that none is always the first after a pause.
    for (let at = 0; at < pages.length; at += 1) {
      const one = pages[(at + round) % pages.length];
      if (faults.has(one.name)) continue;
      try {
        told.get(one.name).push(await visit(one));
      } catch (fault) {
        // Without our own and the floors there is nothing to tell; a peer that does not work here is left out.
        if (!one.isPeer) throw fault;
        faults.set(one.name, String(fault.message).split('\n')[0]);
      }
    }
    process.stderr.write(`round ${round + 1} of ${count}\n`);
  }
  const bare = told.get('no widget');
  const rows = pages
    .filter(({ name, box }) => box && !faults.has(name))
    .map(({ name }) => row(name, told.get(name), bare));
  console.log(`${browser.version()}, medians of ${count}, ${new Date().toISOString().slice(0, 10)}\n`);
  console.log(print(rows, 'floor: 0.9 KB script'));
  for (const [name, why] of faults) console.log(`\nLeft out: ${name}: ${why}`);
} finally {
  await browser.close();
  await server.stop();
}
