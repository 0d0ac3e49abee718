/** The benchmark of the widget, one round without the others: that it runs, and what in it is no matter of time. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { program } from './support.mjs';

const bench = fileURLToPath(new URL('../../benches/widget/run.mjs', import.meta.url));

test('a first visit is one request, a return visit none, and nothing shifts', { timeout: 300_000 }, async () => {
  const env = { ...process.env, KOEKTROMMEL_BIN: program };
  const { stdout } = await promisify(execFile)(process.execPath, [bench, '--own', '--rounds', '1', '--rest', '200'], { env });
  const rows = stdout.split('\n').filter((line) => line.startsWith('| '));
  const cells = (name) => rows.find((line) => line.startsWith(`| ${name} |`)).split('|').map((cell) => cell.trim());
  const [, , bytes, requests, shown, , , back, gone, shift] = cells('koektrommel');
  assert.ok(Number(bytes) > 1000 && Number(bytes) <= 6000, `${bytes} bytes`);
  assert.equal(requests, '1');
  assert.match(shown, /^[1-9]\d* \/ [1-9]\d*$/);
  assert.match(back, /^0, /);
  assert.match(gone, /^\d+$/);
  assert.equal(shift, '0');
  assert.equal(cells('floor: 0.9 KB script')[3], '1');
});
