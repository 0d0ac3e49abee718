/** The privacy officer takes an inspection pack, and whoever gets it checks it without a server. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { audit, logSize, press, program, test, visit } from './support.mjs';
import { officer, signIn, unpacked } from './staff.mjs';

const folder = await mkdtemp(join(tmpdir(), 'koektrommel-evidence-'));
after(() => rm(folder, { recursive: true }));

const today = () => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Amsterdam' }).format(new Date());

test('a pack is taken from the console, and verifies offline from the page inside it', async (room) => {
  const { page, address, context, data, seen } = room;
  await visit(room);
  await press(page, '#koek-accept');
  const anna = officer(data);
  await signIn(room, anna);
  await audit(page, 'console');

  // The period is filled in; she narrows it to today and one site, and presses the button.
  const day = today();
  await page.fill('#from', day);
  await page.fill('#to', day);
  await page.selectOption('#site', 'wsn');
  await page.check('#format-pack');
  const begun = page.waitForEvent('download');
  await page.click('main form[method=get] button[type=submit]');
  const download = await begun;
  assert.equal(download.suggestedFilename(), `bewijspakket_${day}_${day}.zip`);
  const path = join(folder, 'pack.zip');
  await download.saveAs(path);
  const pack = await readFile(path);

  // The program agrees, with the key from the site and without.
  const key = (await (await fetch(`${address}/privacy/log/key`)).text()).trim();
  for (const given of [[], ['--key', key]]) {
    const said = String(execFileSync(program, ['verify', path, ...given]));
    assert.match(said, /^Right\.\n {2}proved {6}The pack is whole/);
    assert.equal(said.includes('compare it with the one published'), given.length === 0);
  }

  // Her reading is in the log, before and after, and in the list of the console.
  await page.reload();
  assert.match(await page.textContent('table[aria-labelledby=earlier]'), /bewijspakket_.*pack/);
  assert.ok((await logSize(address)) >= 3);

  // The page from the pack, opened as a file, with no network at all.
  const saved = join(folder, 'verify.html');
  await writeFile(saved, unpacked(pack, 'verify.html'));
  await context.setOffline(true);
  await room.server.stop();
  await page.goto(`file://${saved}`);
  await page.waitForSelector('#verify:not([hidden])');
  await audit(page, 'the page of the pack');
  const verdict = async () => {
    await page.evaluate(() => document.querySelector('#verdict').replaceChildren());
    await page.click('#verify button');
    await page.waitForSelector('#verdict h2');
    return page.textContent('#verdict');
  };
  await page.setInputFiles('#file', path);
  assert.match(await verdict(), /^Dit bewijspakket klopt/);
  await page.fill('#key', key);
  assert.match(await verdict(), /^Dit bewijspakket klopt/);
  await page.fill('#key', key.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')));
  assert.doesNotMatch(await verdict(), /^Dit bewijspakket klopt/);

  // Dropped onto the page, with one answer turned.
  await page.fill('#key', key);
  const wrong = Buffer.from(pack);
  wrong[wrong.indexOf('"control":"accept"') + 12] ^= 1;
  const dropped = await page.evaluateHandle((bytes) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0))], 'pack.zip'));
    return transfer;
  }, wrong.toString('base64'));
  await page.evaluate(() => document.querySelector('#verdict').replaceChildren());
  await page.dispatchEvent('body', 'drop', { dataTransfer: dropped });
  await page.waitForSelector('#verdict .error h2');
  assert.match(await page.textContent('#verdict'), /^Dit klopt niet.*records\.ndjson/s);
  // It asked nobody for anything: only the page itself was opened.
  seen.foreign = seen.foreign.filter((url) => url !== `file://${saved}`);

  // The texts as they were shown are pages too, which are whole without a network.
  const list = String(unpacked(pack, 'MANIFEST'));
  const pages = [...list.matchAll(/ ((notices|statements)\/[0-9a-f]{64})\.html$/gm)];
  assert.deepEqual(new Set(pages.map(([, , kind]) => kind)), new Set(['notices', 'statements']));
  for (const [, name, kind] of pages) {
    const file = join(folder, `${kind}.html`);
    await writeFile(file, unpacked(pack, `${name}.html`));
    await page.goto(`file://${file}`);
    const shown = await page.innerText('main');
    if (kind === 'notices') {
      const { texts, purposes } = JSON.parse(String(unpacked(pack, `${name}.json`)));
      for (const key of ['banner.title', 'banner.text', 'button.refuse', 'button.accept']) {
        assert.ok(shown.includes(texts[key]), key);
      }
      for (const { name: called, text, reason = '' } of purposes) {
        assert.ok(shown.includes(called) && shown.includes(text) && shown.includes(reason), called);
      }
    }
    assert.ok(shown.length > 500, name);
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.querySelector('main')).maxWidth), 'none', 'it has its style');
    await audit(page, name);
    seen.foreign = seen.foreign.filter((url) => url !== `file://${file}`);
  }
});

test('the console says how long what is kept, why, and what went', async (room) => {
  const { page, data, address } = room;
  await visit(room);
  await press(page, '#koek-accept');
  const anna = officer(data);
  for (const [lang, nothing, removed] of [
    ['nl', 'nog niets', /Toestemmingen.*12 maanden na de laatste dag/s],
    ['en', 'nothing yet', /Consents.*12 months after the last day/s],
  ]) {
    await signIn(room, anna, lang);
    const table = () => page.textContent('table[aria-labelledby=retention]');
    assert.match(await table(), removed);
    if (lang === 'nl') {
      assert.ok((await table()).includes(nothing));
      const { records } = await (await fetch(`${address}/privacy/api/v1/consents`, { headers: { cookie: await choice(room) } })).json();
      execFileSync(program, ['erase', records[0].reference, '--data', data]);
      await page.reload();
    }
    assert.match(await page.textContent('#retention + p + p'), /op \d|on \d/);
    const row = page.locator('table[aria-labelledby=retention] tbody tr').nth(1);
    assert.equal(await row.locator('.number').textContent(), '1');
    assert.equal(await row.locator('time').count(), 1);
    await audit(page, `retention, ${lang}`);
    await page.context().clearCookies({ name: /session|officer/ });
  }
});

/** The visitor's choice cookie as a header has it. */
async function choice({ context }) {
  const cookie = (await context.cookies()).find(({ name }) => name === '__Host-koek');
  return `${cookie.name}=${cookie.value}`;
}
