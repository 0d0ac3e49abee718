/** The marks of other tools, and Google's signals. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { marks, purposes } = await load('foreign');
const { signals } = await load('signals');

const read = (attributes) => marks((name) => attributes[name] ?? null);

test('each tool is read as it writes', () => {
  assert.deepEqual(read({ 'data-cookieconsent': 'preferences, statistics' }).names, ['preferences', 'statistics']);
  assert.equal(read({ 'data-cookieconsent': 'ignore' }), undefined);
  assert.equal(read({ 'data-cookieconsent': 'x' }).source, 'data-cookieblock-src');
  assert.deepEqual(read({ 'data-category': '!analytics' }), { names: ['!analytics'] });
  assert.deepEqual(read({ 'data-name': 'map' }), { names: ['map'] });
  assert.equal(read({ 'data-category': 'x', 'data-cmplz-src': '/a' }).source, 'data-cmplz-src');
  assert.equal(read({ 'data-category': 'x', 'data-src-cmplz': '/a' }).source, 'data-src-cmplz');
  assert.equal(read({ 'data-src': '/a' }), undefined);
});

test('all names must be purposes here, by themselves or by the table', () => {
  const isPurpose = (id) => ['display', 'preferences'].includes(id);
  const called = (names) => purposes(names, { statistics: 'display', other: 'none' }, isPurpose);
  assert.equal(called(['statistics', 'preferences']), 'display preferences');
  assert.equal(called(['!statistics']), '!display');
  for (const wrong of [[], ['other'], ['marketing'], ['display', 'marketing']]) assert.equal(called(wrong), undefined);
});

test('advertising and measuring are denied, whatever is allowed or mapped', () => {
  const map = { functionality_storage: ['preferences'], personalization_storage: ['preferences', 'display'], ad_storage: ['display'] };
  const all = signals(map, () => true);
  for (const name of ['ad_storage', 'ad_user_data', 'ad_personalization', 'analytics_storage']) assert.equal(all[name], 'denied');
  assert.equal(all.personalization_storage, 'granted');
  assert.equal(Object.keys(all).length, 7);
  const some = signals(map, (id) => id === 'preferences');
  assert.deepEqual([some.functionality_storage, some.personalization_storage, some.security_storage], ['granted', 'denied', 'granted']);
  assert.equal(signals({}, () => true).functionality_storage, 'denied');
});
