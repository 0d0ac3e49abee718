/**
 * Bundles the widget into ../assets: koektrommel.js, which every visitor gets, and its parts, each fetched when it is
 * used. All are committed, so that building the server needs no Node.
 * With --check: builds, compares with the committed bundles, writes nothing.
 */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const check = process.argv.includes('--check');

/** CSS as a minified string; nesting and `inset` are rewritten for the oldest browsers that run ES2022. */
const css = {
  name: 'css-as-text',
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const target = ['chrome94', 'firefox93', 'safari16.4'];
      const { code } = await esbuild.transform(await readFile(path), { loader: 'css', minify: true, target });
      // What the minifier leaves alone in custom properties: they are used as colours only, so spaces do not count.
      const text = code.trim().replace(/(--\w+:|,) /g, '$1');
      return { contents: text, loader: 'text' };
    });
  },
};

/** Bundles one entry; `places` are the names that must occur, each once, and be filled in by others. */
async function bundle(entry, name, format, places, define = {}) {
  const { outputFiles } = await esbuild.build({
    absWorkingDir: here,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    charset: 'utf8',
    // Names that only the main script's own modules use.
    mangleProps: /^(settled|alone|pending|flush|stored)$/,
    format,
    target: 'es2022',
    // Type checking keeps what strict mode would throw on out; the prologue only costs.
    tsconfigRaw: { compilerOptions: { alwaysStrict: false, verbatimModuleSyntax: true } },
    legalComments: 'none',
    plugins: [css],
    define,
    write: false,
  });
  let text = outputFiles[0].text;
  // A page may have taken away what a script of today takes for granted: that is no fault to be thrown into it.
  if (format === 'iife') text = `try{${text.trim()}}catch(e){console.warn("koektrommel:",e)}\n`;
  for (const place of ['__KOEK__', '__PARTS__']) {
    const count = text.split(place).length - 1;
    const wanted = places.includes(place) ? 1 : 0;
    if (count !== wanted) throw new Error(`${place} occurs ${count} times in ${name}; it must be ${wanted}`);
  }

  const brotli = brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
  const gzip = gzipSync(text, { level: 9 }).length;
  console.log(`${name}: ${Buffer.byteLength(text)} B, gzip ${gzip} B, brotli ${brotli} B`);

  const path = fileURLToPath(new URL(`../assets/${name}`, import.meta.url));
  if (!check) {
    await writeFile(path, text);
  } else if (text !== (await readFile(path, 'utf8').catch(() => ''))) {
    console.error(`assets/${name} is not what the source builds: run npm run build and commit the result`);
    process.exitCode = 1;
  }
  return text;
}

/** The parts, by the names in src/ambient.d.ts: each is assets/koektrommel-NAME.js, from the entry beside it. */
const PARTS = { settings: 'src/dialog.ts', embeds: 'src/embeds.ts', extras: 'src/extras.ts', uses: 'src/uses.ts' };

// The main script names a part by its content, as the server does: the first digits of its SHA-256.
const hashes = {};
for (const [name, entry] of Object.entries(PARTS)) {
  const text = await bundle(entry, `koektrommel-${name}.js`, 'esm', []);
  hashes[name] = createHash('sha256').update(text).digest('hex').slice(0, 16);
}
// The server puts the site's notice in the place of __KOEK__: once, and nowhere else.
await bundle('src/main.ts', 'koektrommel.js', 'iife', ['__KOEK__'], { __PARTS__: JSON.stringify(hashes) });
