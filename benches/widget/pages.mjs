/**
 * The pages that are compared: one text, each time with another banner, and one with none. Whatever has to be bundled
 * is bundled here, and everything is compressed before the first visit.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const packages = createRequire(import.meta.url);

const PARAGRAPH =
  'Wonen is meer dan een dak boven uw hoofd. Daarom werken wij met bewoners aan wijken waar u prettig woont. ' +
  'Hebt u een vraag over uw huur, een reparatie of een verhuizing? Wij helpen u graag verder.';
const BODY = Array.from({ length: 12 }, (_, at) => {
  const items = Array.from({ length: 6 }, (_, item) => `<li><a href="#part-${at}">Onderwerp ${at}.${item}</a></li>`);
  return `<h2 id="part-${at}">Onderdeel ${at}</h2><p>${PARAGRAPH}</p><ul>${items.join('')}</ul><p>${PARAGRAPH}</p>`;
}).join('\n');

const page = ({ head = '', body = '' }) => `<!doctype html>
<html lang="nl"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Goed wonen</title><link rel="icon" href="data:,">
<style>body{font:1rem/1.5 sans-serif;max-width:60rem;margin:0 auto;padding:1rem}</style>
${head}</head><body>
${body}<h1>Goed wonen begint met een goed thuis</h1>
${BODY}
</body></html>`;

const script = (path) => `<script src="${path}" defer></script>`;
const sheet = (path) => `<link rel="stylesheet" href="${path}">`;

const BANNER = { box: '#koek-banner', refuse: '#koek-refuse' };

/**
 * What needs no package of others: the page alone, two floors and ours. `box` and `refuse` are selectors; `folder`
 * names the page, and the files that belong to it.
 */
const OWN = [
  { name: 'no widget', folder: 'none' },
  {
    name: 'floor: box in the HTML',
    folder: 'html',
    box: '#box',
    body: `<section id="box" style="position:fixed;inset:auto 0 0;padding:1rem;background:#fff;color:#222">
<h2>Mogen wij cookies bewaren?</h2><p>Alleen als u dat goed vindt.</p></section>`,
  },
  {
    name: 'floor: 0.9 KB script',
    folder: 'script',
    head: script('/script/script.js'),
    files: { 'script.js': { path: 'floors/script.js', minify: true } },
    box: '#box',
    refuse: '#no',
  },
  { name: 'koektrommel', folder: 'ours', head: script('/privacy/koektrommel.js'), ...BANNER },
  {
    name: 'koektrommel, with a link of the page',
    folder: 'ours-link',
    head: script('/privacy/koektrommel.js'),
    body: '<p><a href="/privacy/settings" data-koek-settings>Cookie-instellingen</a></p>',
    ...BANNER,
  },
];

const FINSWEET = `<div fs-cc="banner" class="box" style="display:none"><h2>Mogen wij cookies bewaren?</h2>
<p>Alleen als u dat goed vindt. U kunt uw keuze altijd veranderen.</p>
<a href="#" fs-cc="deny">Weigeren</a> <a href="#" fs-cc="allow">Toestaan</a> <a href="#" fs-cc="open-preferences">Zelf kiezen</a></div>
<div fs-cc="preferences" class="box" style="display:none"><form>
<label><input type="checkbox" fs-cc-checkbox="personalization"> Voorkeuren</label>
<label><input type="checkbox" fs-cc-checkbox="analytics"> Statistiek</label>
<label><input type="checkbox" fs-cc-checkbox="marketing"> Weergave</label>
<button type="submit">Keuze bewaren</button></form></div>`;

/** Others, each set up as its own guide says, with one always on and three to choose. */
const PEERS = [
  {
    name: 'finsweet 1.15.0',
    folder: 'finsweet',
    head: sheet('/finsweet/box.css') + script('/finsweet/fs-cc.js'),
    body: FINSWEET,
    files: {
      'box.css': { path: 'peers/box.css', minify: true },
      'fs-cc.js': { package: '@finsweet/cookie-consent/fs-cc.js' },
    },
    box: '[fs-cc=banner]',
    refuse: '[fs-cc=deny]',
  },
  {
    name: 'cookie-though 1.7.3',
    folder: 'cookie-though',
    head: script('/cookie-though/all.js'),
    files: { 'all.js': { path: 'peers/cookie-though.mjs', bundle: true } },
    box: '.cookie-though',
    refuse: 'button:has-text("Weigeren")',
  },
  {
    name: 'vanilla-cookieconsent 3.1.0',
    folder: 'vanilla',
    head: sheet('/vanilla/cookieconsent.css') + script('/vanilla/all.js'),
    files: {
      'all.js': { path: 'peers/vanilla-cookieconsent.mjs', bundle: true },
      'cookieconsent.css': { package: 'vanilla-cookieconsent/dist/cookieconsent.css' },
    },
    box: '#cc-main .cm',
    refuse: '#cc-main .cm [data-role=necessary]',
  },
  {
    name: 'c15t 2.2.1 headless, own DOM',
    folder: 'c15t',
    head: sheet('/c15t/box.css') + script('/c15t/all.js'),
    files: {
      'box.css': { path: 'peers/box.css', minify: true },
      'all.js': { path: 'peers/c15t.mjs', bundle: true },
    },
    box: '.box',
    refuse: '#no',
  },
  {
    name: 'c15t/react 2.2.1 with React',
    folder: 'c15t-react',
    head: sheet('/c15t-react/styles.css') + script('/c15t-react/all.js'),
    files: {
      'all.js': { path: 'peers/c15t-react.mjs', bundle: true },
      'styles.css': { package: '@c15t/react/styles.css', minify: true },
    },
    box: '[data-testid=consent-banner-card]',
    refuse: '[data-testid=consent-banner-reject-button]',
  },
  {
    name: 'klaro 0.7.22',
    folder: 'klaro',
    head: script('/klaro/config.js') + script('/klaro/klaro.js'),
    files: {
      'config.js': { path: 'peers/klaro-config.js', minify: true },
      'klaro.js': { package: 'klaro/dist/klaro.js' },
    },
    box: '#klaro .cookie-notice',
    refuse: '#klaro .cn-decline',
  },
];

const TYPES = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', html: 'text/html; charset=utf-8' };

const packed = (text, extension) => ({
  type: TYPES[extension],
  body: brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
});

/** The text of one file, made smaller where its own package does not ship it that way. */
async function made(esbuild, name, { path, package: from, bundle, minify }) {
  const file = path ? here(path) : here(`node_modules/${from}`);
  if (!bundle && !minify) return readFile(file);
  const { outputFiles } = await esbuild.build({
    absWorkingDir: here('.'),
    entryPoints: [file],
    bundle: bundle || name.endsWith('.css'),
    minify: true,
    format: name.endsWith('.js') ? 'iife' : undefined,
    target: 'es2022',
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
    write: false,
  });
  return outputFiles[0].contents;
}

/**
 * Everything to be visited, as `{ pages, files, left }`: the pages with their addresses, the files by path, and the
 * names of the peers that could not be made here, with why. `peers: false` makes our own only.
 */
export async function build({ peers = true } = {}) {
  const esbuild = peers ? packages('esbuild') : createRequire(new URL('../../widget/package.json', import.meta.url))('esbuild');
  const files = new Map();
  const pages = [];
  const left = [];
  for (const one of [...OWN, ...(peers ? PEERS.map((peer) => ({ ...peer, isPeer: true })) : [])]) {
    try {
      for (const [name, from] of Object.entries(one.files ?? {})) {
        files.set(`/${one.folder}/${name}`, packed(await made(esbuild, name, from), name.split('.').at(-1)));
      }
    } catch (fault) {
      left.push({ name: one.name, why: String(fault.message).split('\n')[0] });
      continue;
    }
    files.set(`/${one.folder}/`, packed(page(one), 'html'));
    pages.push({ ...one, path: `/${one.folder}/` });
  }
  return { pages, files, left };
}

/** Adds a page whose one script is this text, with our own banner's selectors. */
export async function add({ pages, files }, name, folder, text) {
  const { minify } = createRequire(new URL('../../widget/package.json', import.meta.url))('terser');
  const one = { name, folder, head: script(`/${folder}/all.js`), path: `/${folder}/`, ...BANNER };
  files.set(`/${folder}/all.js`, packed((await minify(text)).code, 'js'));
  files.set(one.path, packed(page(one), 'html'));
  pages.push(one);
}
