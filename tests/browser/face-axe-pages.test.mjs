/** axe finds nothing on any page of the server, visitors' and officers', in any look (looks.mjs), in both languages. */
import { execFileSync } from 'node:child_process';
import { looks } from './looks.mjs';
import { program, test, turn } from './support.mjs';

const WHOLE = { fullPage: true };

for (const language of ['nl', 'en']) {
  const query = `?lang=${language}`;

  test(`the pages for visitors, ${language}`, { faults: true }, async ({ page, address, context }) => {
    const open = (path) => page.goto(`${address}/privacy${path}${query}`);
    const look = (state) => looks(page, `${language} page ${state}`, WHOLE);
    for (const [path, state] of [['', 'statement'], ['/cookies', 'cookies'], ['/settings', 'settings'], ['/nowhere', 'not there'], ['/settings/erase', 'erase nothing']]) {
      await open(path);
      await look(state);
    }
    await open('/settings');
    await turn(page, () => page.click('button[value=save]'));
    await page.waitForSelector('[role=alert]');
    await look('settings incomplete');
    await turn(page, () => page.click('button[value=refuse]'));
    await look('settings refused');
    await turn(page, () => page.click('button[value=accept]'));
    await look('settings accepted');
    const [{ receipt }] = (await page.evaluate(async () => (await fetch('/privacy/api/v1/consents')).json())).records;
    const proof = await page.evaluate(async (path) => (await fetch(path)).text(), receipt);
    await turn(page, () => page.locator('a[href*="/receipt"]').first().click());
    await look('receipt');
    await open('/settings/erase');
    await look('erase');
    await turn(page, () => page.click('main button'));
    await look('erased');
    await open('/verify');
    await page.waitForSelector('#verify:not([hidden])');
    await page.click('summary');
    await look('verify');
    for (const [text, state] of [['niets', 'unreadable'], [proof, 'right'], [proof.replace(/—.*\n/, ''), 'wrong']]) {
      await page.fill('#text', text);
      await page.evaluate(() => document.querySelector('#verdict').replaceChildren());
      await page.click('#verify button[type=submit]');
      await page.waitForFunction(() => document.querySelector('#verdict .notice, #verdict .error'));
      await look(`verify ${state}`);
    }
    await context.clearCookies();
  });

  test(`the pages for officers, ${language}`, { faults: true }, async ({ page, address, data, server }) => {
    const look = (state) => looks(page, `${language} officer ${state}`, WHOLE);
    const [welcome] = /\/officer\/welcome\S+/.exec(server.told());
    await page.goto(`${address}${welcome}&lang=${language}`);
    await look('welcome');
    await page.fill('#name', 'anna');
    await page.fill('[name=password]', 'kort');
    await page.fill('[name=again]', 'kort');
    await turn(page, () => page.click('main button'));
    await page.waitForSelector('[role=alert]');
    await look('welcome wrong');
    execFileSync(program, ['officer', 'add', 'bert', '--role', 'officer', '--password-stdin', '--data', data], { input: 'een lang wachtwoord\n', stdio: 'pipe' });
    await page.goto(`${address}${welcome}&lang=${language}`);
    await look('link used');
    await page.goto(`${address}/officer/sign-in${query}`);
    await look('sign in');
    const signIn = async (password) => {
      await page.fill('#name', 'bert');
      await page.fill('[name=password]', password);
      await turn(page, () => page.click('main button[type=submit]'));
    };
    await signIn('een ander wachtwoord');
    await page.waitForSelector('[role=alert]');
    await look('sign in wrong');
    await signIn('een lang wachtwoord');
    await page.waitForURL(/\/officer(\?|$)/);
    await page.goto(`${address}/officer${query}`);
    await look('console empty');
    // A choice, a name that nobody declared, and a download.
    await page.goto(`${address}/privacy/settings${query}`);
    await turn(page, () => page.click('button[value=accept]'));
    const reference = (await page.locator('td.code').first().innerText()).trim();
    await page.evaluate(async () => {
      const sent = { site: 'wsn', names: ['_somebody'] };
      await fetch('/privacy/api/v1/undeclared', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(sent) });
      await (await fetch('/officer/api/v1/consents?format=csv')).text();
    });
    await page.goto(`${address}/officer${query}`);
    await look('console');
    const ask = async (text) => {
      await page.fill('#reference', text);
      await turn(page, () => page.locator('form[action*="look-up"] button').click());
    };
    await ask('K7Q-M4T-92');
    await page.waitForSelector('[role=alert]');
    await look('look up wrong');
    await page.goto(`${address}/officer${query}`);
    await ask(reference);
    await page.waitForSelector('main table.data');
    await look('look up found');
  });
}
