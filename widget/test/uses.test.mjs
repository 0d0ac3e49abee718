/** What is kept for the visitor, and what never is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { mayKeep, isBsn, isIban, isPrivate } = await load('uses-private');
const { readKept } = await load('signed');

test('citizen service numbers are told by the eleven test', () => {
  for (const right of ['111222333', '123456782', '012345672', '12345672']) assert.ok(isBsn(right), right);
  for (const wrong of ['111222334', '123456789', '000000000', '1234567', '1112223330', 'x11222333', '']) {
    assert.ok(!isBsn(wrong), wrong);
  }
});

test('accounts are told by mod 97, of any country', () => {
  // The examples of the registry of IBANs.
  for (const right of ['NL91ABNA0417164300', 'DE89370400440532013000', 'GB29NWBK60161331926819', 'NO9386011117947', 'MT84MALT011000012345MTLCAST001S']) {
    assert.ok(isIban(right), right);
  }
  for (const wrong of ['NL92ABNA0417164300', 'nl91abna0417164300', 'NL91 ABNA 0417 1643 00', 'NL91', '']) {
    assert.ok(!isIban(wrong), wrong);
  }
});

test('a value with such a number in it is never kept, however it is spaced', () => {
  for (const value of ['111222333', '111.222.333', '1112 22 333', 'mijn nummer is 111222333, dank u', '12345672', 'bsn:111-222-333.', 'huis 12 111222333',
    'NL91ABNA0417164300', 'nl91 abna 0417 1643 00', 'Mijn rekening NL91 ABNA 0417 1643 00 is nieuw', 'Op DE89370400440532013000.', 'NL91-ABNA-0417-1643-00']) {
    assert.ok(isPrivate(value), value);
  }
  for (const value of ['', 'De kraan lekt sinds 22-11-2026.', '0612345678', '06 12 34 56 78', '1234 AB', 'NL92 ABNA 0417 1643 00',
    'Lindelaan 12, 1234 AB Voorbeeldstad', '1112223330', '111222334', '2026-11-22', 'A4 papier en AB12 schroeven voor de deur']) {
    assert.ok(!isPrivate(value), value);
  }
});

test('fields that are not kept: by kind, by autocomplete, by their words', () => {
  for (const type of ['text', 'search', 'tel', 'email', 'url', 'number', 'range', 'color', 'date', 'time', 'month', 'week',
    'datetime-local', 'checkbox', 'radio', 'textarea', 'select-one', 'select-multiple']) {
    assert.ok(mayKeep(type, '', []), type);
  }
  for (const type of ['password', 'hidden', 'file', 'submit', 'button', 'image', 'reset', 'output', '', 'fieldset']) {
    assert.ok(!mayKeep(type, '', []), type);
  }
  for (const secret of ['off', 'one-time-code', 'current-password', 'new-password', 'cc-number', 'cc-csc', 'billing cc-exp', 'Section-a CC-NAME', 'transaction-amount']) {
    assert.ok(!mayKeep('text', secret, []), secret);
  }
  for (const open of ['', 'on', 'name', 'street-address', 'bday', 'email', 'tel-national', 'organization-title']) {
    assert.ok(mayKeep('text', open, []), open);
  }
  for (const word of ['bsn', 'BSN', 'uw-bsn', 'Burger service nummer', 'Uw burgerservicenummer (BSN)', 'citizen_service_number', 'IBAN',
    'Rekeningnummer', 'Uw rekening-nummer', 'Bank account', 'account_number', 'creditcardNumber', 'kaartnummer', 'Wachtwoord', 'pin.code', 'cvc']) {
    assert.ok(!mayKeep('text', '', ['fine', word]), word);
  }
  for (const word of ['what', 'Wat ziet of hoort u?', 'Telefoonnummer', 'Huisnummer', 'Postcode', 'E-mail', 'Bank in de tuin']) {
    assert.ok(mayKeep('text', '', [word]), word);
  }
});

const NOW = Date.parse('2026-11-22T10:15:00Z');
const MAC = `${'A'.repeat(43)}=`;
const read = (payload, granted = false, now = NOW) =>
  readKept(() => `a=1; __Host-koek_display=${MAC}${payload}; b=2`, '__Host-koek_display', now, () => granted);

test('what is kept is read to the second of its end, and for a next visit only with a yes', () => {
  const visit = 'v=1&k=visit&e=2026-11-22T22:15:00Z&contrast=high&text-size=150';
  const both = { contrast: 'high', 'text-size': '150' };
  assert.deepEqual(read(visit), both);
  assert.deepEqual(read(visit, false, Date.parse('2026-11-22T22:14:59Z')), both);
  assert.deepEqual(read(visit, true, Date.parse('2026-11-22T22:15:00Z')), {});
  const choice = visit.replace('visit', 'choice');
  assert.deepEqual(read(choice, true), both);
  assert.deepEqual(read(choice, false), {});
});

test('what cannot be read keeps nothing, and is never an error', () => {
  for (const payload of ['', 'v=2&k=visit&e=2026-11-22T22:15:00Z&contrast=high', 'k=visit&e=2026-11-22T22:15:00Z&contrast=high',
    'v=1&k=visit&contrast=high', 'v=1&k=visit&e=soon&contrast=high', 'v=1&e=2026-11-22T22:15:00Z&contrast=high', '%E0%A4%A', 'v=1&k=ever&e=2026-11-22T22:15:00Z&a=b']) {
    assert.deepEqual(read(payload), {}, payload);
  }
  assert.deepEqual(readKept(() => '', '__Host-koek_display', NOW, () => true), {});
  assert.deepEqual(readKept(() => `__Host-koek_display2=${MAC}v=1&k=visit&e=2026-11-22T22:15:00Z&a=b`, '__Host-koek_display', NOW, () => true), {});
});
