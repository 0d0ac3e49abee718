/**
 * When something is asked: random histories of visits, answers, clocks that are wrong and catalogues that change, held
 * against rules that know nothing of cookies.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { load } from './load.mjs';

const { readChoice, questions, answered } = await load('choice');

const DAY = 864e5;
const START = Date.parse('2026-11-22T10:15:00Z');
const MAC = `${'A'.repeat(43)}=`;
const mark = (version) => String(version).padStart(4, '0');
const date = (time) => new Date(time).toISOString().slice(0, 10);

/** The same day of a later month, or its last. */
function plusMonths(time, months) {
  const day = new Date(time);
  const wanted = day.getUTCDate();
  day.setUTCDate(1);
  day.setUTCMonth(day.getUTCMonth() + months);
  const last = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();
  day.setUTCDate(Math.min(wanted, last));
  return day.getTime();
}

/** A device and a server, with the cookie as src/cookie.rs writes and reads it: `cookies.txt` holds both to the same. */
class World {
  now = START;
  /** How wrong the device's clock is. */
  wrong = 0;
  signal = false;
  purposes = [];
  cookie = undefined;
  constructor(validity) {
    this.validity = validity;
  }

  set(answers) {
    const until = date(plusMonths(this.now, this.validity));
    const silent = date(plusMonths(this.now, Math.max(6, this.validity)));
    const no = Object.values(answers).includes(false);
    const p = Object.entries(answers).map(([id, yes]) => (yes ? `${id}.1.${this.purposes.find((one) => one.id === id).mark}` : `${id}.0`));
    const text = `${MAC}v=1&n=${'A'.repeat(43)}&d=${date(this.now)}&e=${until}&p=${p.join('~')}${no && silent > until ? `&s=${silent}` : ''}`;
    const gone = this.now + Date.parse(no ? silent : until) - Date.parse(date(this.now));
    this.cookie = { text, until, silent: no ? silent : until, answers, gone, marks: Object.fromEntries(this.purposes.map((one) => [one.id, one.mark])) };
  }

  server() {
    const said = { choices: {}, ended: {} };
    const { cookie } = this;
    if (!cookie || cookie.silent < date(this.now)) return said;
    for (const [id, yes] of Object.entries(cookie.answers)) {
      if (yes && cookie.until <= date(this.now)) said.ended[id] = 'expired';
      else if (yes && cookie.marks[id] !== this.purposes.find((one) => one.id === id)?.mark) said.ended[id] = 'changed';
      else said.choices[id] = yes;
    }
    return said;
  }

  /** What the widget knows on a page: the cookie, or the server's word where they do not go together. */
  page() {
    if (this.cookie && this.now >= this.cookie.gone) this.cookie = undefined;
    const jar = this.cookie ? `a=1; __Host-koek=${this.cookie.text}` : '';
    const read = readChoice(() => jar, '__Host-koek', this.now + this.wrong, this.purposes);
    return read.unsure ? this.server() : read;
  }
}

const months = fc.integer({ min: 1, max: 12 });
const which = fc.nat({ max: 4 });
const event = fc.oneof(
  fc.record({ kind: fc.constant('wait'), days: fc.integer({ min: 0, max: 120 }) }),
  fc.record({ kind: fc.constant('accept') }),
  fc.record({ kind: fc.constant('refuse') }),
  fc.record({ kind: fc.constant('program') }),
  fc.record({ kind: fc.constant('save'), yes: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }) }),
  fc.record({ kind: fc.constant('add'), shared: fc.boolean() }),
  fc.record({ kind: fc.constant('change'), which }),
  fc.record({ kind: fc.constant('reword'), which }),
  fc.record({ kind: fc.constant('clock'), days: fc.integer({ min: -400, max: 400 }) }),
  fc.record({ kind: fc.constant('signal'), on: fc.boolean() }),
);

test('the rules of asking hold over any history', () => {
  fc.assert(
    fc.property(months, fc.array(event, { maxLength: 40 }), (validity, events) => {
      const world = new World(validity);
      /** The last answer for each purpose: what it was to, when, and yes or no. The whole model. */
      const last = {};
      let versions = 0;
      const decide = (answers) => {
        world.set(answers);
        for (const [id, yes] of Object.entries(answers)) {
          last[id] = { yes, at: world.now, mark: world.purposes.find((one) => one.id === id).mark };
        }
      };
      for (const one of events) {
        const target = world.purposes[one.which % world.purposes.length];
        const before = world.page();
        const asked = questions(world.purposes, before, world.signal);
        if (one.kind === 'wait') world.now += one.days * DAY;
        if (one.kind === 'clock') world.wrong = one.days * DAY;
        if (one.kind === 'signal') world.signal = one.on;
        if (one.kind === 'add' && world.purposes.length < 5) {
          const recipients = one.shared ? { recipients: ['Another'] } : {};
          world.purposes.push({ id: `p${world.purposes.length}`, mark: mark(++versions), ...recipients });
        }
        if (one.kind === 'change' && target) target.mark = mark(++versions);
        if (one.kind === 'reword' && target) target.name = `${target.name}.`;
        if (['accept', 'refuse'].includes(one.kind) && asked.length) {
          decide(answered(world.purposes, asked, before.choices, one.kind === 'accept', true));
        }
        // A program that refuses in the banner refuses everything, whatever stood.
        if (one.kind === 'program' && asked.length) {
          const answers = answered(world.purposes, asked, before.choices, false, false);
          assert.deepEqual(answers, Object.fromEntries(world.purposes.map(({ id }) => [id, false])), 'a program can only take away');
          decide(answers);
        }
        if (one.kind === 'save' && world.purposes.length) {
          decide(Object.fromEntries(world.purposes.map(({ id }, at) => [id, one.yes[at]])));
        }

        const now = world.page();
        const open = new Map(questions(world.purposes, now, world.signal).map((question) => [question.id, question.why]));
        for (const { id, mark, recipients } of world.purposes) {
          const answer = last[id];
          const told = `${id} ${JSON.stringify(answer)} ${JSON.stringify(now)}`;
          const lasts = answer?.yes && answer.mark === mark && world.now < Date.parse(date(plusMonths(answer.at, validity)));
          assert.equal(now.choices[id] === true, !!lasts, `granted by a yes to this that lasts, and by nothing else: ${told}`);
          const silent = answer && !answer.yes && world.now < plusMonths(answer.at, Math.max(6, validity));
          const mute = world.signal && recipients;
          assert.equal(open.has(id), !lasts && !silent && !mute, `asked: ${told}`);
          if (open.has(id) && answer?.yes && answer.mark !== mark && now.ended?.[id]) {
            assert.ok(['changed', 'expired'].includes(open.get(id)), `why: ${told}`);
          }
          if (!answer && open.has(id)) assert.ok([undefined, 'new'].includes(open.get(id)), `why: ${told}`);
        }
        if (!world.purposes.length) assert.equal(open.size, 0, 'nothing to choose: no banner');
      }
    }),
    { numRuns: 500 },
  );
});

/** The answers of a cookie as it writes them, by purpose: yes or no, with the mark of a yes. */
const parse = (text) => text.split('~').filter(Boolean).map((one) => one.split('.')).map(([id, yes, mark]) => ({ id, yes: yes === '1', mark }));

test('the server of these rules writes and reads cookies as the real one does', async () => {
  const lines = (await readFile(new URL('cookies.txt', import.meta.url), 'utf8')).split('\n').filter((line) => line && !line.startsWith('#'));
  assert.ok(lines.length > 20);
  let world;
  for (const line of lines) {
    const at = (day) => Date.parse(`${day}T10:15:00Z`);
    if (line.startsWith(' ')) {
      const [day, stands, ended] = line.trim().split(' ').map((one) => (one === '-' ? '' : one));
      world.now = at(day);
      const said = world.server();
      const reasons = Object.entries(said.ended).map(([id, why]) => `${id}.${why}`).join('~');
      assert.deepEqual([said.choices, reasons], [Object.fromEntries(parse(stands).map(({ id, yes }) => [id, yes])), ended], line);
      continue;
    }
    const [day, validity, answers, payload, days] = line.split(' ');
    const given = parse(answers);
    world = new World(Number(validity));
    world.now = at(day);
    world.purposes = given.map(({ id, mark }) => ({ id, mark: mark ?? '0000' }));
    world.set(Object.fromEntries(given.map(({ id, yes }) => [id, yes])));
    assert.deepEqual([world.cookie.text, (world.cookie.gone - world.now) / DAY], [MAC + payload, Number(days)], line);
    // One purpose is another from here on.
    for (const one of world.purposes) if (one.id === 'changed') one.mark = 'else';
  }
});
