/** The list that goes with the pictures of a release. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { carries, isInside, list } from './pictures.mjs';
import { program, test, visit } from './support.mjs';

const sum = (bytes) => createHash('sha256').update(bytes).digest('hex');

test('the list names every picture and the scripts by what they are', async (room) => {
  const folder = await mkdtemp(join(tmpdir(), 'koektrommel-pictures-'));
  try {
    await visit(room);
    await room.page.screenshot({ path: join(folder, 'nl-banner.desktop.light.png') });
    const told = { program: 'koektrommel 0.0.0', browser: 'Chromium 1', day: '2026-11-22' };
    const made = await list(folder, told);
    const text = await readFile(join(folder, 'index.json'), 'utf8');
    assert.deepEqual(JSON.parse(text), made);
    assert.deepEqual(made.pictures, { 'nl-banner.desktop.light.png': sum(await readFile(join(folder, 'nl-banner.desktop.light.png'))) });
    // What a page of this server gets is what the list names.
    const script = await (await fetch(`${room.address}/privacy/koektrommel.js`)).text();
    const part = `${room.address}/privacy/koektrommel.${/\b[0-9a-f]{16}\b/.exec(script)[0]}.settings.js`;
    assert.equal(sum(Buffer.from(await (await fetch(part)).arrayBuffer())), made.scripts['koektrommel-settings.js']);
    const html = await readFile(join(folder, 'index.html'), 'utf8');
    for (const part of ['nl-banner.desktop.light.png', made.catalogue, ...Object.values(told), ...Object.values(made.scripts)]) {
      assert.ok(html.includes(part), part);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('a program with other scripts makes no pictures', async () => {
  assert.equal(await carries(program), true);
  assert.equal(await carries(process.execPath), false);
});

test('pictures do not go into the repository', async () => {
  const here = fileURLToPath(new URL('.', import.meta.url));
  assert.ok(isInside(here) && isInside(join(here, '../..')) && isInside(join(here, 'new')));
  assert.ok(!isInside(tmpdir()));
  const run = () => execFileSync(process.execPath, [join(here, 'pictures.mjs'), join(here, 'new')], { stdio: 'pipe' });
  assert.throws(run, /outside the repository/);
});
