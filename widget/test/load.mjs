/** Imports a TypeScript module of the widget by translating it on the fly, with the pure modules that it imports. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export async function load(name) {
  const entryPoints = [fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url))];
  const { outputFiles } = await build({ entryPoints, bundle: true, write: false, format: 'esm', target: 'es2022' });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}
