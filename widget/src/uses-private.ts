/** What is never kept of a form, whatever the page asks for. No browser objects: tested on their own. */

/** The kinds of fields that can be kept; so never a password, a file or a field that is not shown. */
const KINDS =
  /^(text|search|tel|email|url|number|range|color|date|time|month|week|datetime-local|checkbox|radio|textarea|select-(one|multiple))$/;

/** What `autocomplete` says of passwords, codes that are used once, and payment (HTML, 4.10.18.7.1). */
const SECRET = /(^|\s)(off|(current|new)-password|one-time-code|(cc|transaction)-\S+)(\s|$)/i;

/** Words for a citizen service number, an account at a bank, a card or a secret, with their separators left out. */
const WORDS =
  /bsn|burgerservice|citizenservice|sofinummer|socialsecurity|iban|rekeningnummer|bankrekening|bankaccount|accountnumber|creditcard|cardnumber|kaartnummer|cvc|cvv|password|wachtwoord|pincode/;

/** May this kind of field be kept, going by what the page says of it: names, labels, hints? */
export const mayKeep = (type: string, autocomplete: string, words: readonly string[]): boolean =>
  KINDS.test(type) && !SECRET.test(autocomplete) && !words.some((one) => WORDS.test(one.toLowerCase().replace(/[\s_.-]/g, '')));

/** The eleven test of a citizen service number of nine digits, or of eight with the first, a zero, left out. */
export function isBsn(digits: string): boolean {
  const nine = digits.padStart(9, '0');
  if (!/^(?!00)\d{9}$/.test(nine)) return false;
  return [...nine].reduce((sum, digit, at) => sum + Number(digit) * (at < 8 ? 9 - at : -1), 0) % 11 === 0;
}

/** The check of an IBAN without separators: ISO 7064, mod 97. */
export function isIban(text: string): boolean {
  if (!/^[A-Z]{2}\d\d[A-Z0-9]{11,30}$/.test(text)) return false;
  let rest = 0;
  for (const sign of text.slice(4) + text.slice(0, 4)) {
    rest = Number(`${rest}${parseInt(sign, 36)}`) % 97;
  }
  return rest === 1;
}

/** Does a value have such a number in it, however it is spaced? */
export function isPrivate(value: string): boolean {
  // Eight digits with separators are a date.
  const runs = value.match(/\d([ .-]?\d)*/g) ?? [];
  const numbers = [...runs.map((one) => one.replace(/\D/g, '')).filter((one) => one.length > 8), ...runs.join(' ').split(/\D/)];
  if (numbers.some((one) => one.length > 7 && isBsn(one))) return true;
  const accounts = value.toUpperCase().matchAll(/(?<![A-Z0-9])[A-Z]{2}\d\d([ .-]?[A-Z0-9])+/g);
  for (const [account] of accounts) {
    // Words may follow it after a space: each place where it can end is tried.
    const ends = [...account.matchAll(/[ .-]|$/g)].map(({ index }) => account.slice(0, index));
    if (ends.some((one) => isIban(one.replace(/[ .-]/g, '')))) return true;
  }
  return false;
}
