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
import { minify } from 'terser';

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

/** The short names that were given so far. */
const mangleCache = {};

/** What the server puts the notice in the place of. */
const PLACE = '__KOEK__';

/** Bundles one entry; `wanted` is how often the place of the notice must occur in it. */
async function bundle(entry, name, format, wanted, define = {}) {
  const made = await esbuild.build({
    absWorkingDir: here,
    entryPoints: [entry],
    bundle: true,
    minifySyntax: true,
    charset: 'utf8',
    // Names that only the widget's own modules use, the same in the script and its parts.
    mangleCache,
    mangleProps: /^(settled|alone|pending|flush|stored|unsure|endsAt|place|send|moved|report|known|whole|decide|confirm|look|query|openSettings|keptOf|useOf|said|learn)$/,
    format,
    target: 'es2022',
    // Type checking keeps what strict mode would throw on out; the prologue only costs.
    tsconfigRaw: { compilerOptions: { alwaysStrict: false, verbatimModuleSyntax: true } },
    legalComments: 'none',
    plugins: [css],
    define,
    write: false,
  });
  Object.assign(mangleCache, made.mangleCache);
  let text = made.outputFiles[0].text.trim();
  if (format === 'iife') {
    // The notice comes in as an argument, at the end: it packs best so.
    text = text.replace('(() => {', '(koek => {').replace(/\}\)\(\);$/, `})(${PLACE})`);
    // A page may have taken away what a script of today takes for granted: that is no fault to be thrown into it.
    text = `try{${text}}catch(e){console.warn("koektrommel:",e)}`;
  }
  // Names are given by how often they are used, which packs better than what the bundler makes of them.
  const compress = { passes: 2, unsafe_arrows: true };
  text = (await minify(text, { ecma: 2022, module: format === 'esm', toplevel: true, compress })).code + '\n';
  const places = text.split(PLACE).length - 1;
  if (places !== wanted) throw new Error(`${PLACE} occurs ${places} times in ${name}; it must be ${wanted}`);

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

/** The parts, by their names (`src/parts.ts`): each is assets/koektrommel-NAME.js, from the entry beside it. */
const PARTS = {
  embeds: 'src/embeds.ts',
  extras: 'src/extras.ts',
  reopen: 'src/small-button.ts',
  settings: 'src/dialog.ts',
  uses: 'src/uses.ts',
};

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

// The main script names the parts by their content, as the server does: the first digits of the SHA-256 of their list.
let list = '';
for (const [name, entry] of Object.entries(PARTS)) {
  list += `${sha256(await bundle(entry, `koektrommel-${name}.js`, 'esm', 0))}  ${name}\n`;
}
const parts = JSON.stringify(sha256(list).slice(0, 16));
// The server puts the site's notice in the place of __KOEK__: once, and nowhere else.
await bundle('src/main.ts', 'koektrommel.js', 'iife', 1, { __PARTS__: parts, [PLACE]: 'koek' });
