/**
 * What visitors were shown, kept for a release: a picture of every state of the widget and of every page, in three widths,
 * light, dark and forced colours, both languages, with a list that names the scripts they were made with by their SHA-256.
 *
 *     node tests/browser/pictures.mjs FOLDER
 *
 * FOLDER is outside the repository. It takes minutes: the pictures are those of the tests of every state, so that none is
 * of a state that fails them.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** The tests that look at every state. */
const TESTS = ['face-axe.test.mjs', 'face-axe-more.test.mjs', 'face-axe-pages.test.mjs'].map((name) => join(root, 'tests/browser', name));

const sum = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** Whether a folder is the repository or in it. */
export const isInside = (folder) => !relative(root, resolve(folder)).startsWith('..');

const scriptsHere = async () => (await readdir(join(root, 'assets'))).filter((name) => /^koektrommel.*\.js$/.test(name)).sort();

/** Whether a program has the scripts in it that the list will name. */
export async function carries(program) {
  const bytes = await readFile(program);
  const scripts = await Promise.all((await scriptsHere()).map((name) => readFile(join(root, 'assets', name))));
  // The first script is filled in when it is served: only what is around its one place is there as it is.
  return scripts.every((one) => String(one).split('__KOEK__').every((part) => bytes.includes(part)));
}

/** Writes `index.json` and `index.html` in a folder of pictures; gives what they say. */
export async function list(folder, { program, browser, day }) {
  const scripts = await scriptsHere();
  const pictures = (await readdir(folder)).filter((name) => name.endsWith('.png')).sort();
  const sums = (names, from) => Promise.all(names.map(async (name) => [name, sum(await readFile(join(from, name)))]));
  const made = {
    program, browser, day,
    scripts: Object.fromEntries(await sums(scripts, join(root, 'assets'))),
    catalogue: sum(await readFile(join(root, 'assets/wsn/catalogue.toml'))),
    pictures: Object.fromEntries(await sums(pictures, folder)),
  };
  await writeFile(join(folder, 'index.json'), `${JSON.stringify(made, undefined, 2)}\n`);
  const rows = Object.entries({ ...made.scripts, 'catalogue.toml': made.catalogue }).map(([name, hash]) => `<tr><td>${name}<td><code>${hash}</code>`);
  const shown = pictures.map((name) => `<figure><a href="${name}"><img src="${name}" alt="" loading="lazy"></a><figcaption>${name.replace(/\.png$/, '').replaceAll(/[-.]/g, ' ')}</figcaption></figure>`);
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>What visitors were shown</title>
<style>body{font:1rem system-ui;margin:1rem}figure{display:inline-block;margin:.5rem;width:15rem;vertical-align:top}img{max-width:100%;border:1px solid #888}</style>
<h1>What visitors were shown</h1><p>${program}, ${browser}, ${day}. <code>index.json</code> has the SHA-256 of every picture.
<table>${rows.join('\n')}</table>
${shown.join('\n')}
`;
  await writeFile(join(folder, 'index.html'), html);
  return made;
}

async function main([folder]) {
  if (!folder || isInside(folder)) throw new Error('name a folder outside the repository: node tests/browser/pictures.mjs FOLDER');
  // As `support.mjs` has it, which is for tests only.
  const program = process.env.KOEKTROMMEL_BIN ?? join(root, 'target/release/koektrommel');
  if (!(await carries(program))) throw new Error(`${program} was built with other scripts than those in assets: build it again`);
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length) throw new Error(`${folder} is not empty: pictures of two builds do not belong together`);
  const env = { ...process.env, KOEKTROMMEL_SCREENS: resolve(folder) };
  const { status } = spawnSync(process.execPath, ['--test', ...TESTS], { env, stdio: 'inherit' });
  if (status) throw new Error('not every state is as it must be, so there is no list: see above');
  const version = (file) => String(execFileSync(file, ['--version'])).trim();
  const made = await list(folder, {
    program: version(program),
    browser: version(process.env.CHROMIUM ?? '/usr/bin/chromium'),
    day: new Date().toISOString().slice(0, 10),
  });
  console.log(`${Object.keys(made.pictures).length} pictures: ${join(resolve(folder), 'index.html')}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2)).catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
