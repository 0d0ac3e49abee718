import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { readChoice, questions, complete, grants, answered, unanimous } = await load('choice');
const { uuid7 } = await load('uuid');

const NOW = Date.parse('2026-11-22T10:15:00Z');
const MAC = `${'A'.repeat(43)}=`;
const payload = (fields = {}) =>
  Object.entries({ v: 1, n: 'n'.repeat(43), d: '2026-11-22', e: '2027-05-22', p: 'preferences.1~display.0', ...fields })
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
const said = (text, now = NOW, purposes = []) => readChoice(() => `other=1; __Host-koek=${text}; last=2`, '__Host-koek', now, purposes);
const read = (text, now) => said(text, now).choices;
const BOTH = { preferences: true, display: false };

test('a choice cookie is read, with or without an id, raw or percent-encoded', () => {
  assert.deepEqual(read(MAC + payload()), BOTH);
  assert.deepEqual(read(`${MAC}${payload()}&id=${'ab'.repeat(16)}&r=12`), BOTH);
  assert.deepEqual(read(encodeURIComponent(MAC + payload())), BOTH);
  assert.deepEqual(readChoice(() => `__Host-koek=${MAC}${payload()}`, '__Host-koek', NOW, []).choices, BOTH);
});

test('what cannot be read is no choice, and never an error', () => {
  for (const text of ['', 'x', MAC, payload(), `${MAC}%`, `${MAC}%E0%A4%A`, MAC + payload({ v: 2 }), MAC + payload({ d: '' }),
    MAC + payload({ d: '22-11-2026' }), MAC + payload({ e: 'never' }), MAC + payload({ p: '' }), MAC + payload({ p: 'x.2~.1~y' })]) {
    assert.deepEqual(read(text), {}, text);
  }
  assert.deepEqual(readChoice(() => '', '__Host-koek', NOW, []).choices, {});
  const blocked = () => {
    throw new DOMException('sandboxed', 'SecurityError');
  };
  assert.deepEqual(readChoice(blocked, '__Host-koek', NOW, []).choices, {});
});

test('only the cookie of that exact name counts', () => {
  for (const name of ['__Host-koek2', 'x__Host-koek', '__host-koek', '__Host-koek_preferences']) {
    assert.deepEqual(readChoice(() => `${name}=${MAC}${payload()}`, '__Host-koek', NOW, []).choices, {}, name);
  }
});

test('future-dated is no choice, and for the server to judge; a slow clock is forgiven a week', () => {
  assert.deepEqual(read(MAC + payload({ d: '2026-11-28' })), BOTH);
  assert.ok(!said(MAC + payload({ d: '2026-11-28' })).unsure);
  assert.deepEqual(read(MAC + payload({ d: '2026-12-01' })), {});
  assert.equal(said(MAC + payload({ d: '2026-12-01' })).unsure, true);
});

test('on the last day a yes has ended and a no still stands', () => {
  const at = (time) => read(MAC + payload(), Date.parse(time));
  assert.deepEqual(at('2027-05-21T23:59:59Z'), BOTH);
  assert.deepEqual(at('2027-05-22T00:00:00Z'), { display: false });
  assert.deepEqual(at('2027-05-22T23:59:59Z'), { display: false });
  assert.deepEqual(at('2027-05-23T00:00:00Z'), {});
});

const purposes = [
  { id: 'choice' },
  { id: 'preferences', mark: 'AbC_' },
  { id: 'display', mark: 'x___' },
];
const BOTH_YES = { preferences: true, display: true };
const ids = (list) => list.map((one) => one.id);

test('a no outlives a yes that holds for less than half a year', () => {
  const at = (time) => read(MAC + payload({ e: '2026-12-22', s: '2027-05-22' }), Date.parse(time));
  assert.deepEqual(at('2026-12-21T23:59:59Z'), BOTH);
  assert.deepEqual(at('2026-12-22T00:00:00Z'), { display: false });
  assert.deepEqual(at('2027-05-22T23:59:59Z'), { display: false });
  assert.deepEqual(at('2027-05-23T00:00:00Z'), {});
});

test('a yes to something else is for the server to judge; a no stands', () => {
  const marked = MAC + payload({ p: 'display.0~preferences.1.AbC_' });
  const now = (mark) => said(marked, NOW, [{ id: 'preferences', mark }, { id: 'display', mark: 'x___' }]);
  assert.deepEqual([now('AbC_').choices, now('AbC_').unsure], [BOTH, undefined]);
  assert.deepEqual([now('AbC-').choices, now('AbC-').unsure], [{ display: false }, true]);
  // Cookies and notices of before there were marks.
  assert.deepEqual(now(undefined).choices, BOTH);
  assert.deepEqual(said(MAC + payload(), NOW, [{ id: 'preferences', mark: 'AbC_' }]).choices, BOTH);
});

test('only what has no answer is asked; what is exempt never', () => {
  assert.deepEqual(ids(questions(purposes, { choices: {} })), ['preferences', 'display']);
  assert.deepEqual(ids(questions(purposes, { choices: { preferences: false } })), ['display']);
  assert.deepEqual(ids(questions(purposes, { choices: { preferences: false, display: true, gone: true } })), []);
  assert.deepEqual(ids(questions([purposes[0]], { choices: {} })), []);
});

test('a decision answers every choice and nothing else', () => {
  assert.deepEqual(complete(purposes, (id) => id === 'display'), { preferences: false, display: true });
  assert.equal(grants({ preferences: false, display: true }), true);
  assert.equal(grants({ preferences: false, display: false }), false);
  assert.equal(grants({}), false);
});

test('a new purpose is asked for alone, and what was answered before stays', () => {
  const before = read(MAC + payload({ p: 'preferences.1' }));
  const asked = questions(purposes, { choices: before });
  assert.deepEqual(ids(asked), ['display']);
  assert.deepEqual(answered(purposes, asked, before, false, true), { preferences: true, display: false });
  assert.deepEqual(answered(purposes, asked, before, true, true), BOTH_YES);
  assert.equal(unanimous({ preferences: true, display: false }, false), false, 'not a refusal: a choice of her own');
  assert.equal(unanimous(BOTH_YES, true), true);
  const no = { preferences: false };
  assert.deepEqual(answered(purposes, questions(purposes, { choices: no }), no, true, true), { preferences: false, display: true });
});

test('a program that refuses the new purpose refuses everything', () => {
  const before = { preferences: true };
  const answers = answered(purposes, questions(purposes, { choices: before }), before, false, false);
  assert.deepEqual(answers, { preferences: false, display: false });
  assert.equal(unanimous(answers, false), true);
});

test('a click gets a UUIDv7', () => {
  // The time of the example in RFC 9562, appendix A.6.
  assert.equal(uuid7(0x017f22e279b0, 'ffffffff-ffff-4fff-bfff-ffffffffffff'), '017f22e2-79b0-7fff-bfff-ffffffffffff');
  assert.equal(uuid7(1, 'blob:null/00000000-0000-4000-8000-000000000000'), '00000000-0001-7000-8000-000000000000');
  for (let run = 0; run < 200; run++) {
    const id = uuid7(NOW, URL.createObjectURL(new Blob()).replace(/.*:/, ''));
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
});

test('each question says why it is asked', () => {
  const why = (said, signal) => questions(purposes, said, signal).map((one) => `${one.id} ${one.why}`);
  assert.deepEqual(why({ choices: {} }), ['preferences undefined', 'display undefined']);
  assert.deepEqual(why({ choices: { display: false } }), ['preferences new']);
  assert.deepEqual(why({ choices: {}, ended: { display: 'changed' } }), ['preferences new', 'display changed']);
  assert.deepEqual(why({ choices: { preferences: true }, ended: { display: 'expired' } }), ['display expired']);
});

test('what others receive is not asked for under the signal, and a yes outranks it', () => {
  const shared = [purposes[1], { ...purposes[2], recipients: ['Another'] }];
  assert.deepEqual(ids(questions(shared, { choices: {} }, false)), ['preferences', 'display']);
  assert.deepEqual(ids(questions(shared, { choices: {} }, true)), ['preferences']);
  assert.deepEqual(ids(questions(purposes, { choices: {} }, true)), ['preferences', 'display'], 'what stays here is');
});
