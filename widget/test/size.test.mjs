/** The size of what a first visit costs: the bundle as the server sends it, with a real notice in one language inside. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { brotliCompressSync, constants } from 'node:zlib';
import { load } from './load.mjs';

const BUDGET = 6000;
/** Where the server puts the notice. */
const PLACE = '__KOEK__';

const read = (path) => readFile(new URL(path, import.meta.url), 'utf8');
const brotli = (text) => brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;

/** A value as JavaScript with its members in order, as the server writes it. */
function literal(value) {
  if (Array.isArray(value)) return `[${value.map(literal)}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${/^[a-z_]+$/.test(name) ? name : JSON.stringify(name)}:${literal(value[name])}`)}}`;
}

/** The keys of the words that the script carries, in their order; the way to the settings comes after them. */
const { keys } = await load('words');

/** What a site can add: the names of its old tool, Google's signals, what its scripts leave. */
const OPTIONS = {
  aliases: { functional: 'preferences', personalization: 'display' },
  kept: '_pk_id',
  signals: { functionality_storage: ['preferences'], personalization_storage: ['display'] },
};

/** Colours and letters of its own in both schemes, the most that a theme can be. A site pays for them by itself. */
const THEMED = BUDGET + 100;
const THEME =
  ':host{--koek-radius:0.5rem;--koek-font:"Source Sans 3",sans-serif;}@media(prefers-color-scheme:light){:host{--koek-text:#1a2530;' +
  '--koek-background:#ffffff;--koek-accent:#7a1fa2;--koek-on-accent:#ffffff;--koek-border:#72808c;--koek-focus:#1a2530;}}' +
  '@media(prefers-color-scheme:dark){:host{--koek-text:#eef2f6;--koek-background:#000000;--koek-accent:#9ccbf5;' +
  '--koek-on-accent:#000000;--koek-border:#72808c;--koek-focus:#eef2f6;}}';

/** What `GET /privacy/koektrommel.js` carries of an answer of `GET /privacy/api/v1/notice`. */
function inside({ site, notice, language, purposes, texts }, options = {}) {
  return literal({
    ...options, site, notice, language, cookie: '__Host-koek', languages: ['nl', 'en'], mount: '/privacy', watch: 10,
    purposes: purposes.map(({ id, kind, name, mark }) => ({ id, ...(kind === 'choice' ? { mark, name } : {}) })),
    texts: [...keys, 'settings.link'].map((key) => texts[key] ?? ''),
  });
}

test(`each part that is fetched when used is at most ${BUDGET} bytes`, async (t) => {
  const parts = (await readdir(new URL('../../assets', import.meta.url))).filter((name) => /^koektrommel-.*\.js$/.test(name));
  for (const name of parts) {
    const size = brotli(await read(`../../assets/${name}`));
    t.diagnostic(`${name}: ${size} B`);
    assert.ok(size <= BUDGET, `${name}: ${size} B`);
  }
});

test(`the script of a first visit is at most ${BUDGET} bytes`, async (t) => {
  const bundle = await read('../../assets/koektrommel.js');
  const notice = JSON.parse(await read('notice.nl.json'));
  assert.equal(bundle.split(PLACE).length, 2, 'one place for the notice');
  const sizes = [{}, OPTIONS, { theme: THEME }].map((options) => brotli(bundle.replace(PLACE, () => inside(notice, options))));
  const [size, most, themed] = sizes;
  t.diagnostic(`${size} B with the notice, ${most} B with every option, ${themed} B with a theme, ${brotli(bundle)} B without`);
  assert.ok(size <= BUDGET && most <= BUDGET && themed <= THEMED, `${sizes}`);
});
