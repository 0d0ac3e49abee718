/**
 * Bundles the widget into ../assets/koektrommel.js, which is committed so that building the server needs no Node.
 * With --check: builds, compares with the committed bundle, writes nothing.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const bundle = fileURLToPath(new URL('../assets/koektrommel.js', import.meta.url));

/** CSS as a minified string; nesting and `inset` are rewritten for the oldest browsers that run ES2022. */
const css = {
  name: 'css-as-text',
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const target = ['chrome94', 'firefox93', 'safari16.4'];
      const { code } = await esbuild.transform(await readFile(path), { loader: 'css', minify: true, target });
      return { contents: code.trim(), loader: 'text' };
    });
  },
};

const { outputFiles } = await esbuild.build({
  absWorkingDir: here,
  entryPoints: ['src/main.ts'],
  bundle: true,
  minify: true,
  charset: 'utf8',
  format: 'iife',
  target: 'es2022',
  legalComments: 'none',
  plugins: [css],
  write: false,
});
const text = outputFiles[0].text;

// The server puts the site's notice in the place of this name: once, and nowhere else.
const places = text.split('__KOEK__').length - 1;
if (places !== 1) throw new Error(`__KOEK__ occurs ${places} times in the bundle; it must be once`);

const brotli = brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
console.log(`koektrommel.js: ${Buffer.byteLength(text)} B, gzip ${gzipSync(text, { level: 9 }).length} B, brotli ${brotli.length} B`);

if (!process.argv.includes('--check')) {
  await writeFile(bundle, text);
} else if (text !== (await readFile(bundle, 'utf8').catch(() => ''))) {
  console.error('assets/koektrommel.js is not what the source builds: run npm run build and commit the result');
  process.exitCode = 1;
}
