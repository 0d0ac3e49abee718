import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { makeOutbox } = await load('outbox');
const NOW = Date.parse('2026-11-22T10:15:00Z');

/** A storage, a server that answers from a list, and a note of everything that happened, in order. */
function room({ answers = [], blocked = false, left } = {}) {
  const events = [];
  let text = left ?? null;
  const storage = {
    getItem: () => text,
    setItem(key, value) {
      events.push(`write ${JSON.parse(value).map((one) => one.control)}`);
      text = value;
    },
    removeItem() {
      events.push('clear');
      text = null;
    },
  };
  const make = () =>
    makeOutbox({
      storage() {
        if (blocked) throw new Error('blocked');
        return storage;
      },
      async send(decision) {
        events.push(`send ${decision.control}`);
        return answers.length ? await answers.shift() : 201;
      },
      alone: (task) => task(),
      settled: (decision, result) => events.push(`${decision.control} ${['refused', 'stored', 'waiting'][result]}`),
      now: () => NOW,
    });
  return { events, make, outbox: make(), text: () => text };
}

let count = 0;
const decision = (control, made = NOW) => {
  const time = made.toString(16).padStart(12, '0');
  const id = `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${String(count++).padStart(12, '0')}`;
  return { id, control, choices: { display: control === 'accept' } };
};
const controls = (outbox) => outbox.pending().map((one) => one.control);

test('written before it is sent, cleared when it is stored', async () => {
  const { events, outbox } = room();
  await outbox.add(decision('accept'));
  assert.deepEqual(events, ['write accept', 'send accept', 'clear', 'accept stored']);
});

test('the request leaves in the same turn as the click', () => {
  const { events, outbox } = room();
  outbox.add(decision('accept'));
  assert.deepEqual(events, ['write accept', 'send accept']);
});

for (const status of [0, 200, 302, 403, 404, 408, 429, 500, 502, 503]) {
  test(`${status}: kept, and sent once per page`, async () => {
    const { events, outbox, make } = room({ answers: [status] });
    await outbox.add(decision('refuse'));
    assert.deepEqual(events, ['write refuse', 'send refuse', 'refuse waiting']);
    const next = make();
    assert.deepEqual(controls(next), ['refuse']);
    await next.flush();
    assert.deepEqual(events.slice(3), ['send refuse', 'clear', 'refuse stored']);
    assert.deepEqual(controls(next), []);
  });
}

for (const status of [400, 409, 413, 415, 422]) {
  test(`${status}: dropped, a retry cannot help`, async () => {
    const { events, outbox } = room({ answers: [status] });
    await outbox.add(decision('accept'));
    assert.deepEqual(events, ['write accept', 'send accept', 'clear', 'accept refused']);
  });
}

test('several go in order, and the first that must wait stops the rest', async () => {
  const { events, outbox, make } = room({ answers: [503, 201, 503] });
  await outbox.add(decision('accept'));
  outbox.pending();
  await outbox.add(decision('refuse'));
  assert.deepEqual(events.filter((one) => one.startsWith('send')), ['send accept', 'send accept', 'send refuse']);
  assert.deepEqual(controls(outbox), ['refuse']);
  await make().flush();
  assert.deepEqual(controls(outbox), []);
});

test('a second decision does not overtake the one that is under way', async () => {
  let answer;
  const { events, outbox } = room({ answers: [new Promise((resolve) => (answer = resolve))] });
  outbox.add(decision('accept'));
  const second = outbox.add(decision('refuse'));
  assert.deepEqual(controls(outbox), ['accept', 'refuse']);
  assert.deepEqual(events.at(-1), 'write accept,refuse');
  answer(201);
  await second;
  assert.deepEqual(events.slice(3), ['write refuse', 'accept stored', 'send refuse', 'clear', 'refuse stored']);
});

test('blocked storage: remembered in memory, sent, no loop', async () => {
  const { events, outbox } = room({ blocked: true, answers: [0] });
  await outbox.add(decision('accept'));
  assert.deepEqual(controls(outbox), ['accept']);
  await outbox.flush();
  assert.deepEqual(controls(outbox), []);
  assert.deepEqual(events, ['send accept', 'accept waiting', 'send accept', 'accept stored']);
});

test('whatever else stands under the key is not a decision', () => {
  const old = decision('accept', NOW - 182 * 864e5);
  const bad = [null, 1, 'x', {}, { id: 'x', choices: {} }, { choices: {} }, { id: decision('x').id }, old];
  for (const left of ['', '{', 'null', '{}', '7', JSON.stringify(bad)]) {
    assert.deepEqual(room({ left }).outbox.pending(), [], left);
  }
  const good = decision('refuse', NOW - 180 * 864e5);
  assert.deepEqual(room({ left: JSON.stringify([...bad, good]) }).outbox.pending(), [good]);
});
