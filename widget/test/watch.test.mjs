/** Which names are reported, and what is left of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { bare, watch } = await load('watch');

const PURPOSES = [
  { id: 'choice', kind: 'exempt', cookies: [{ name: '__Host-koek' }, { name: 'PHPSESSID' }] },
  { id: 'display', kind: 'choice', cookies: [{ name: 'look_*' }] },
];

test('what is declared and allowed is not reported; what is not allowed is', () => {
  const names = ['__Host-koek', 'PHPSESSID', 'look_a', '_ga', '_ga', '', '__Host-koek_form', 'koek-outbox', '__darkreader__on', 'grammarly-x'];
  assert.deepEqual(watch(names, PURPOSES, (id) => id === 'choice'), ['look_a', '_ga']);
  assert.deepEqual(watch(names, PURPOSES, () => true), ['_ga']);
});

test('nothing that may identify anybody is left in a name', () => {
  // The same as in src/undeclared/name.rs.
  for (const [from, to] of [
    ['_ga', '_ga'], ['sid2', 'sid#'], ['_ga_AB12CD34', '_ga_#'], ['_hjSession_1234567', '_hjSession_#'],
    ['deadbeef', '#'], ['cart.2026.11.22', 'cart.#'], ['aVeryLongWordThatMayBeSomething', '#'],
    ['wp-settings-time-7', 'wp-settings-time-#'], ['u-0192f0c4-7b1e-7cc3-98c4-dc0c0c07398f', 'u-#'],
    ['jan@wsn.example', ''], ['a b', ''], ['é', ''],
  ]) assert.equal(bare(from), to, from);
  assert.deepEqual(watch(['deadbeef', 'jan@wsn.nl'], [], () => true), []);
});
