/**
 * The verifier in the browser gives the same verdict as the program, on what is right and on what is broken, offline
 * too; and where it may not run it says so and names the program.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { audit, press, program, test, visit } from './support.mjs';
import { officer, unpacked } from './staff.mjs';

const run = promisify(execFile);

/** What the program prints about a file, in the form of the page's verdict. */
async function told(name, content, key) {
  const folder = await mkdtemp(join(tmpdir(), 'koektrommel-verify-'));
  const file = join(folder, name);
  await writeFile(file, content);
  const asked = ['verify', file, ...(key ? ['--key', key] : [])];
  const { stdout } = await run(program, asked).catch((error) => error);
  await rm(folder, { recursive: true });
  const sentences = (kind) =>
    [...stdout.matchAll(new RegExp(`^  ${kind} +(.*)$`, 'gm'))].map(([, sentence]) => sentence);
  if (stdout.startsWith('Right.')) return { outcome: 'right', proved: sentences('proved'), unproved: sentences('not proved') };
  const why = stdout.trim().replace(/^WRONG\. |^Not verified\. /, '').replace(/^(.*)\.$/, stdout.startsWith('WRONG') ? '$1' : '$&');
  return { outcome: stdout.startsWith('WRONG.') ? 'wrong' : 'unreadable', why };
}

/** What the page's verifier says, and nothing else of the page. */
const asked = (page, given) =>
  page.evaluate(async (texts) => {
    const { instance } = await WebAssembly.instantiate(await (await fetch('/privacy/verifier.wasm')).arrayBuffer());
    const { memory, room, verify, length } = instance.exports;
    texts.forEach((text, place) => {
      const bytes = new TextEncoder().encode(text);
      // Making room may move the memory, so it comes first.
      const at = room(place, bytes.length);
      new Uint8Array(memory.buffer, at, bytes.length).set(bytes);
    });
    const at = verify();
    return JSON.parse(new TextDecoder().decode(new Uint8Array(memory.buffer, at, length())));
  }, given);

async function evidence(room) {
  const { page, address, data } = room;
  await visit(room);
  await press(page, '#koek-accept');
  const { records } = await page.evaluate(async () => (await fetch('/privacy/api/v1/consents')).json());
  const [{ receipt }] = records;
  const text = async (path, headers = {}) => (await fetch(address + path, { headers })).text();
  const { headers } = officer(data);
  return {
    receipt: await text(receipt),
    key: (await text('/privacy/log/key')).trim(),
    download: await text('/officer/api/v1/consents?format=ndjson', headers),
  };
}

test('page and program agree on what is right and on what is broken', async (room) => {
  const { page, address } = room;
  const { receipt, download, key } = await evidence(room);
  const other = key.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
  const lines = download.split('\n');
  const cases = [
    ['right', 'receipt', receipt, key],
    ['right', 'download', download, key],
    ['right', 'download', download, ''],
    ['unreadable', 'receipt', receipt, ''],
    ['unreadable', 'receipt', receipt, other],
    ['wrong', 'receipt', receipt.replace(/\nindex \d+/, '\nindex 9'), key],
    ['wrong', 'receipt', receipt.replace('extra ', 'extra A'), key],
    // What mail, editors and clipboards do to a text is not held against it.
    ['right', 'receipt', `${receipt}\n`, key],
    ['right', 'receipt', receipt.trimEnd().replaceAll('\n', '\r\n'), key],
    ['right', 'receipt', `\ufeff${receipt}`, key],
    ['wrong', 'receipt', receipt.replace('\n\n', '\n'), key],
    ['unreadable', 'download', '{"@context": {}}\n', key],
    ['wrong', 'download', download.replace('"accept"', '"refuse"'), key],
    ['wrong', 'download', lines.slice(0, -2).join('\n'), key],
    ['wrong', 'download', [...lines.slice(0, 1), ...lines.slice(2)].join('\n'), key],
    ['unreadable', 'download', 'Referentie;Tijd\r\n', key],
    ['wrong', 'download', '', key],
  ];
  // A flipped character at every so many places of both.
  for (const [kind, text] of [['receipt', receipt], ['download', download]]) {
    for (let at = kind === 'receipt' ? 30 : 3; at < text.length; at += 97) {
      const flipped = text.slice(0, at) + (text[at] === 'x' ? 'y' : 'x') + text.slice(at + 1);
      cases.push(['wrong', kind, flipped, key]);
    }
  }
  await page.goto(`${address}/privacy/verify?lang=nl`);
  for (const [outcome, kind, text, withKey] of cases) {
    const { kind: said, record, reference, nl, ...verdict } = await asked(page, [text, withKey, '']);
    assert.equal(said, kind);
    // Whatever there is to say, it is there in Dutch, sentence for sentence.
    assert.ok(nl, `no Dutch for: ${JSON.stringify(verdict)}`);
    assert.equal(nl.proved?.length, verdict.proved?.length);
    assert.equal(nl.unproved?.length, verdict.unproved?.length);
    assert.equal(Boolean(nl.why), Boolean(verdict.why));
    assert.equal(verdict.outcome, outcome, `${kind}: ${verdict.why}`);
    if (text) assert.deepEqual(verdict, await told(`it.${kind}`, text, withKey), verdict.why);
    if (outcome === 'right' && kind === 'receipt') {
      assert.deepEqual(record.choices, { display: true, preferences: true });
      assert.match(reference, /^[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{2}$/);
    }
  }
});

/** The languages that the parts of the verdict say they are in. */
const languages = (page) =>
  page.$$eval('#verdict [lang]', (parts) => [...new Set(parts.map((part) => part.lang))]);

test('the page says in a sentence what it found, in Dutch and in English, and works offline', async (room) => {
  const { page, address, context, seen } = room;
  const { receipt } = await evidence(room);
  const posts = seen.posts.length;
  for (const [lang, right, wrong, proved, why] of [
    ['nl', 'Dit bewijs klopt.', 'Dit klopt niet.', /heeft precies deze keuze/, 'het bewijs: `extra` is veranderd of beschadigd'],
    ['en', 'This receipt is right.', 'This is not right.', /holds this record, exactly so/, 'the receipt: `extra` must be base64'],
  ]) {
    await page.goto(`${address}/privacy/verify?lang=${lang}`);
    await page.waitForFunction(() => document.querySelector('#key').value.includes('+'));
    await context.setOffline(true);
    await audit(page, `${lang}, empty`);
    await page.click('#verify button');
    await page.waitForFunction(() => document.querySelector('#verdict').textContent.length > 0);
    await page.fill('#text', receipt);
    await page.evaluate(() => document.querySelector('#verdict').replaceChildren());
    await page.click('#verify button');
    await page.waitForSelector('#verdict h2');
    assert.ok((await page.textContent('#verdict h2')).startsWith(right));
    assert.match(await page.textContent('#verdict dl'), /(Uw weergave|Your display settings) \(display\): (ja|yes)/);
    assert.match(await page.textContent('#verdict ul'), proved);
    assert.deepEqual(await languages(page), [lang], 'each sentence is in the language of the page');
    await audit(page, `${lang}, right`);
    await page.setInputFiles('#file', { name: 'b.txt', mimeType: 'text/plain', buffer: Buffer.from(receipt.replace('extra ', 'extra B')) });
    await page.evaluate(() => document.querySelector('#verdict').replaceChildren());
    await page.click('#verify button');
    await page.waitForSelector('#verdict .error h2');
    assert.ok((await page.textContent('#verdict h2')).startsWith(wrong));
    assert.equal(await page.textContent('#verdict h3 + p'), why);
    assert.deepEqual(await languages(page), [lang]);
    await audit(page, `${lang}, wrong`);
    await context.setOffline(false);
  }
  assert.equal(seen.posts.length, posts, 'nothing was sent');
});

test('a pack brings the page that verifies it, and needs no network', async (room) => {
  const { page, address, context, data } = room;
  const { key } = await evidence(room);
  const { headers } = officer(data, 'bert');
  const pack = Buffer.from(await (await fetch(`${address}/officer/api/v1/evidence`, { headers })).arrayBuffer());
  const html = String(unpacked(pack, 'verify.html'));
  await context.route(`${address}/saved.html`, (route) => route.fulfill({ contentType: 'text/html', body: html }));
  await page.goto(`${address}/saved.html`);
  await page.waitForSelector('#verify:not([hidden])');
  await context.setOffline(true);
  const verify = async (buffer) => {
    await page.setInputFiles('#file', { name: 'pack.zip', mimeType: 'application/zip', buffer });
    await page.evaluate(() => document.querySelector('#verdict').replaceChildren());
    await page.click('#verify button');
    await page.waitForSelector('#verdict h2');
    return page.textContent('#verdict h2');
  };
  assert.match(await verify(pack), /^Dit bewijspakket klopt/);
  assert.match(await page.textContent('#verdict'), /Vergelijk hem met de sleutel op/);
  assert.deepEqual(await languages(page), ['nl']);
  await audit(page, 'pack');
  await page.fill('#key', key);
  assert.match(await verify(pack), /^Dit bewijspakket klopt/);
  assert.doesNotMatch(await page.textContent('#verdict'), /Vergelijk hem met de sleutel op/);
  const wrong = Buffer.from(pack);
  wrong[wrong.indexOf('"control":"accept"') + 12] ^= 1;
  assert.match(await verify(wrong), /^Dit klopt niet/);
  assert.match(await page.textContent('#verdict'), /records\.ndjson: het is niet uit te pakken, want het is beschadigd/);
});

test('where WebAssembly may not run, the page says so and names the program', { faults: true }, async (room) => {
  const { page, address, context } = room;
  await context.route('**/privacy/verify?*', async (route) => {
    const answer = await route.fetch();
    const headers = { ...answer.headers(), 'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'" };
    await route.fulfill({ response: answer, headers });
  });
  await page.goto(`${address}/privacy/verify?lang=nl`);
  await page.waitForSelector('#blocked:not([hidden])');
  assert.match(await page.textContent('#blocked'), /koektrommel verify/);
  assert.equal(await page.isVisible('#verify'), false);
});

test('without JavaScript the page names the program', { context: { javaScriptEnabled: false } }, async ({ page, address }) => {
  await page.goto(`${address}/privacy/verify?lang=nl`);
  assert.match(await page.textContent('noscript'), /koektrommel verify/);
  assert.equal(await page.isVisible('#verify'), false);
});
