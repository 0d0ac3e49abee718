/** Imports a TypeScript module of the widget by translating it on the fly; only modules without imports at run time. */
import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';

export async function load(name) {
  const source = await readFile(new URL(`../src/${name}.ts`, import.meta.url), 'utf8');
  const { code } = await transform(source, { loader: 'ts', format: 'esm', target: 'es2022' });
  return import(`data:text/javascript,${encodeURIComponent(code)}`);
}
