/** What tests of the officer's side share: an account, and a look into a pack. */
import { execFileSync } from 'node:child_process';
import { program } from './support.mjs';

const PASSWORD = 'een lang wachtwoord';

/** A member of staff who may read the log: the header that lets her in, and what she signs in with. */
export function officer(data, name = 'anna') {
  const input = `${PASSWORD}\n`;
  execFileSync(program, ['officer', 'add', name, '--role', 'officer', '--password-stdin', '--data', data], { input, stdio: 'pipe' });
  const token = execFileSync(program, ['officer', 'token', name, '--data', data], { stdio: 'pipe' });
  return { headers: { authorization: `Bearer ${String(token).trim()}` }, name, password: PASSWORD };
}

/** Signs her in, on the page where she does. */
export async function signIn({ page, address }, { name, password }, lang = 'nl') {
  await page.goto(`${address}/officer?lang=${lang}`);
  await page.fill('#name', name);
  await page.fill('#password', password);
  await page.click('main form button[type=submit]');
  await page.waitForSelector('#from');
}

/** One file of a pack: its files are stored as they are, and the list at the end says where. */
export function unpacked(pack, name) {
  const listed = pack.lastIndexOf(Buffer.from(name)) - 46;
  const [length, at] = [pack.readUInt32LE(listed + 24), pack.readUInt32LE(listed + 42)];
  const start = at + 30 + pack.readUInt16LE(at + 26) + pack.readUInt16LE(at + 28);
  return pack.subarray(start, start + length);
}
