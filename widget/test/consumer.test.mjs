/** A web team's TypeScript project: it compiles in strict mode with the types, and a wrong use does not. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const widget = fileURLToPath(new URL('../', import.meta.url));

/** What pages do: the queue before the script is there, the events, the answers. */
const RIGHT = `
window.koektrommel = window.koektrommel || [];
window.koektrommel.push((api) => {
  const may: boolean = api.allows('preferences');
  const answers: Readonly<Record<string, boolean>> = api.choices();
  const stop: () => void = api.on('change', ({ changed, choices }) => {
    for (const id of changed) console.log(id, choices[id] === true, may, answers);
  });
  api.on('ready', () => stop());
  api.open();
  api.refuse();
  api.withdraw();
  api.ready.then((same) => same.allows('display'));
});
document.addEventListener('koektrommel:change', (event) => console.log(event.detail.changed.join()));
document.addEventListener('koektrommel:ready', ({ detail }) => console.log(Object.keys(detail.choices)));
`;

const WRONG = [
  'window.koektrommel!.push((api) => api.accept());',
  "window.koektrommel!.push((api) => api.on('accept', () => {}));",
  'window.koektrommel!.push((api) => { api.choices().display = true; });',
  'window.koektrommel!.push((api) => api.allows());',
  "document.addEventListener('koektrommel:change', (event) => event.detail.records);",
  'window.koektrommel.push(() => {});',
];

/** Compiles a project of one file; what the compiler says, or nothing. */
async function compile(source, options) {
  const folder = await mkdtemp(join(tmpdir(), 'koektrommel-consumer-'));
  try {
    await copyFile(join(widget, 'koektrommel.d.ts'), join(folder, 'koektrommel.d.ts'));
    await writeFile(join(folder, 'page.ts'), source);
    const compilerOptions = { strict: true, noEmit: true, types: [], ...options };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['koektrommel.d.ts', 'page.ts'] }));
    return await new Promise((resolve) => {
      execFile(join(widget, 'node_modules/.bin/tsc'), ['-p', folder], (error, out, complaint) =>
        resolve(error ? out + complaint : ''),
      );
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const BROWSER = { target: 'es2022', lib: ['es2022', 'dom'], module: 'esnext', moduleResolution: 'bundler' };
const STRICTEST = { noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, verbatimModuleSyntax: true };

test('a strict project compiles with the types', async () => {
  assert.equal(await compile(RIGHT, BROWSER), '');
  assert.equal(await compile(RIGHT, { ...BROWSER, ...STRICTEST, isolatedModules: true }), '');
});

test('so does one with types of its own scripts only', async () => {
  assert.equal(await compile(`export {};\n${RIGHT}`, BROWSER), '');
});

test('what the page cannot do does not compile', async () => {
  const said = await compile(WRONG.join('\n'), BROWSER);
  WRONG.forEach((wrong, line) => assert.match(said, new RegExp(`page\\.ts[:(]${line + 1}\\b.*error TS`), wrong));
});
