/** What was filled in is there again in the same visit, what is private never is, and the next page gets what it needs. */
import assert from 'node:assert/strict';
import { audit, fixture, NOTHING, press, quiet, stored, test, turn, until, visit } from './support.mjs';

const FORMS = /\/api\/v1\/forms\//;

/** Every request for what is kept of a form, as `METHOD body`. */
function watch(context) {
  const asked = [];
  context.on('request', (request) => {
    if (FORMS.test(request.url())) asked.push(`${request.method()} ${request.postData() ?? ''}`.trim());
  });
  return asked;
}

const answered = (page, method) => page.waitForResponse((one) => FORMS.test(one.url()) && one.request().method() === method);

/** A page with one form of every kind of field. */
const ALL = `<main><h1>Proef</h1><form id="proef" data-koek-remember>
  <label>Naam <input name="name"></label>
  <label>E-mail <input type="email" name="mail"></label>
  <label>Dag <input type="date" name="date"></label>
  <label>Tekst <textarea name="text"></textarea></label>
  <label>Soort <select name="kind"><option>a</option><option>b</option></select></label>
  <label>Meer <select name="more" multiple><option>x</option><option>y</option><option>z</option></select></label>
  <fieldset><legend>Keuze</legend><label><input type="radio" name="one" value="1" checked> 1</label><label><input type="radio" name="one" value="2"> 2</label></fieldset>
  <fieldset><legend>Vakjes</legend><label><input type="checkbox" name="box" value="p"> p</label><label><input type="checkbox" name="box" value="q"> q</label></fieldset>
  <label>Al ingevuld <input name="given" value="van de pagina"></label>
  <button>Versturen</button> <button type="reset">Leeg</button></form></main>`;

/** Fields that must never be kept; each has a value that would be kept elsewhere. */
const NEVER = `<main><h1>Proef</h1><form data-koek-remember="never">
  <label>a <input name="fine"></label>
  <label>b <input type="password" name="b"></label>
  <label>c <input name="c" autocomplete="one-time-code"></label>
  <label>d <input name="d" autocomplete="cc-number"></label>
  <label>e <input name="e" autocomplete="off"></label>
  <label>f <input name="f" data-koek-remember="off"></label>
  <fieldset data-koek-remember="off"><legend>g</legend><label>g <input name="g"></label></fieldset>
  <label>Burgerservicenummer <input name="h"></label>
  <label>i <input name="iban"></label>
  <label>j <input name="j" value="page"></label>
  <input type="hidden" name="k" value="k"><label>l <input type="file" name="l"></label>
  <label>m <input name="m"></label><label>n <input name="n"></label></form></main>`;

test('nothing is sent or stored before the visitor types', async (room) => {
  const { page, context } = room;
  const asked = watch(context);
  await page.clock.install();
  await fixture(room, ALL);
  await page.waitForSelector('#koek-banner');
  await page.focus('[name=name]');
  await page.keyboard.press('Tab');
  await quiet(page);
  // Whatever is to happen within the hour.
  await page.clock.runFor('01:00:00');
  await quiet(page);
  assert.deepEqual(asked, ['GET'], 'asked whether there is something, and nothing more');
  assert.deepEqual(await stored(page, context), NOTHING);
  assert.equal(await page.locator('.koek-line').count(), 0);
});

test('what was typed is there after a reload, and in a second tab; the page hears of it', async (room) => {
  const { page, context, address } = room;
  await fixture(room, ALL);
  await page.waitForSelector('#koek-banner');
  let put = answered(page, 'PUT');
  await page.fill('[name=name]', 'J. Jansen');
  await put;
  await page.locator('.koek-line [role=status]', { hasText: 'hoogstens 4 uur' }).waitFor();
  await page.fill('[name=mail]', 'j@wsn.example');
  await page.fill('[name=date]', '2026-12-01');
  await page.fill('[name=text]', 'De kraan lekt.\nAl dagen.');
  await page.selectOption('[name=kind]', 'b');
  await page.selectOption('[name=more]', ['x', 'z']);
  await page.check('[name=one][value="2"]');
  put = page.waitForResponse((one) => one.request().method() === 'PUT' && one.request().postData().includes('box'));
  await page.check('[name=box][value=q]');
  await put;
  const [cookie] = await context.cookies();
  assert.equal(cookie.name, '__Host-koek_form');
  assert.ok(cookie.httpOnly && cookie.expires === -1);
  assert.ok(!decodeURIComponent(cookie.value).includes('Jansen'), 'sealed');
  const values = (one) =>
    one.evaluate(() => [...new FormData(document.querySelector('form'))].map(([name, value]) => `${name}=${value.replace(/\r/g, '')}`));
  const all = ['name=J. Jansen', 'mail=j@wsn.example', 'date=2026-12-01', 'text=De kraan lekt.\nAl dagen.', 'kind=b', 'more=x', 'more=z', 'one=2', 'box=q', 'given=van de pagina'];
  const second = await context.newPage();
  await second.addInitScript(() => {
    window.heard = [];
    addEventListener('input', (event) => window.heard.push(event.target.name), true);
  });
  await second.goto(`${address}/fixture`);
  await second.locator('.koek-line [role=status]', { hasText: 'eerder in' }).waitFor();
  assert.deepEqual(await values(second), all);
  assert.deepEqual(await second.evaluate(() => window.heard), ['name', 'mail', 'date', 'text', 'kind', 'more', 'one', 'box']);
  await page.reload();
  await page.locator('.koek-line').waitFor();
  assert.deepEqual(await values(page), all);
  await audit(page, 'a form that was filled');
});

test('what was typed just before leaving goes along', async (room) => {
  const { page, context, address } = room;
  await fixture(room, ALL);
  await page.waitForSelector('#koek-banner');
  await page.waitForFunction(() => performance.getEntriesByType('resource').some((one) => one.name.includes('/forms/')));
  await page.fill('[name=name]', 'Snel weg');
  await page.goto(`${address}/demo/map.nl.html`);
  await until('it is kept', async () => (await context.cookies()).some((one) => one.name === '__Host-koek_form'));
  await page.goto(`${address}/fixture`);
  await page.waitForFunction(() => document.querySelector('[name=name]').value === 'Snel weg');
});

test('private fields and numbers are never sent', async (room) => {
  const { page, context } = room;
  const asked = watch(context);
  await fixture(room, NEVER);
  await page.waitForSelector('#koek-banner');
  for (const name of ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'iban', 'j']) await page.fill(`[name=${name}]`, `secret ${name}`);
  await page.fill('[name=m]', 'mijn nummer is 111 222 333');
  await page.fill('[name=n]', 'NL91 ABNA 0417 1643 00');
  const put = answered(page, 'PUT');
  await page.fill('[name=fine]', 'gewoon');
  assert.equal((await put).status(), 204);
  assert.deepEqual(asked, ['GET', 'PUT {"site":"wsn","fields":{"fine":"gewoon"}}']);
});

test('what the browser or the page has filled in meanwhile stays', async (room) => {
  const { page, context } = room;
  await fixture(room, ALL);
  await page.waitForSelector('#koek-banner');
  const put = answered(page, 'PUT');
  await page.fill('[name=name]', 'Van eerder');
  await put;
  let go;
  const held = new Promise((resolve) => (go = resolve));
  await context.route(FORMS, async (route) => {
    if (route.request().method() === 'GET') await held;
    await route.continue();
  });
  await page.reload();
  await page.fill('[name=name]', 'Al ingevuld');
  // What is typed is sent after what was asked first has been answered.
  const next = answered(page, 'PUT');
  go();
  await next;
  await quiet(page);
  assert.equal(await page.inputValue('[name=name]'), 'Al ingevuld');
});

test('a button clears it, and can put it back; a reset and a submit forget it', async (room) => {
  const { page, context, address } = room;
  await fixture(room, ALL.replace('data-koek-remember', 'data-koek-remember data-koek-remember-until="submit" action="/demo/map.nl.html"'));
  await page.waitForSelector('#koek-banner');
  await press(page, '#koek-refuse');
  const type = async (text) => {
    const put = answered(page, 'PUT');
    await page.fill('[name=name]', text);
    await put;
    await page.locator('.koek-line button', { hasText: 'Wissen' }).waitFor();
  };
  const names = async () => (await context.cookies()).map((one) => one.name).filter((one) => one !== '__Host-koek');
  await type('Weg ermee');
  let gone = answered(page, 'DELETE');
  await page.locator('.koek-line button').focus();
  await page.keyboard.press('Enter');
  assert.equal((await gone).status(), 204);
  assert.equal(await page.inputValue('[name=name]'), '');
  assert.deepEqual(await names(), []);
  const put = answered(page, 'PUT');
  await page.locator('.koek-line button', { hasText: 'Terugzetten' }).press('Enter');
  await put;
  assert.equal(await page.inputValue('[name=name]'), 'Weg ermee');
  gone = answered(page, 'DELETE');
  await page.click('[type=reset]');
  await gone;
  assert.deepEqual(await names(), []);
  await type('Verstuurd');
  await page.click('button:has-text("Versturen")');
  await page.waitForURL('**/demo/map.nl.html**');
  await until('it is forgotten', names, []);
  const nothing = answered(page, 'GET');
  await page.goto(`${address}/fixture`);
  await nothing;
  await quiet(page);
  assert.equal(await page.inputValue('[name=name]'), '');
});

test('too much to remember: it says so, and the form stays as it is', { faults: true }, async (room) => {
  const { page } = room;
  await fixture(room, ALL);
  await page.waitForSelector('#koek-banner');
  await page.fill('[name=text]', 'lang '.repeat(700));
  await page.locator('.koek-line [role=status]', { hasText: 'te veel' }).waitFor();
  assert.equal((await page.inputValue('[name=text]')).length, 3500);
});

test('the repair form: two pages, a reload, the way back, and sent', { faults: true }, async (room) => {
  const { page, context, address } = room;
  for (const [language, words] of [['nl', { leak: 'Kraan of leiding lekt', sent: 'Dank u wel' }], ['en', { leak: 'Tap or pipe is leaking', sent: 'Thank you' }]]) {
    await visit(room, `/?lang=${language}`);
    await page.selectOption('#repair-what', 'leak');
    await page.selectOption('#repair-room', 'kitchen');
    await page.fill('#repair-text', 'Het druppelt');
    await page.locator('.koek-line').waitFor();
    await page.locator('#repair-form [type=submit]').press('Enter');
    await page.waitForURL(`${address}/demo/repair.${language}.html`);
    const told = () => page.locator('[data-field=what] dd').innerText();
    await page.waitForSelector('#send-form:visible');
    assert.equal(await told(), words.leak);
    // The page hands it on again, for the next time.
    await quiet(page);
    await page.reload();
    await page.waitForSelector('#send-form:visible');
    assert.equal(await told(), words.leak, 'after a reload');
    await quiet(page);
    await audit(page, 'step 2');
    await page.click('#send-form a');
    await page.waitForFunction(() => document.querySelector('#repair-text')?.value === 'Het druppelt');
    await page.waitForFunction(() => !document.querySelector('#repair-form [type=submit]').disabled);
    await page.locator('#repair-form [type=submit]').press('Enter');
    await page.waitForURL(`${address}/demo/repair.${language}.html`);
    await page.waitForSelector('#send-form:visible');
    await quiet(page);
    const gone = answered(page, 'DELETE');
    await page.locator('#send-form [type=submit]').press('Enter');
    await page.locator('[data-result]', { hasText: words.sent }).waitFor();
    await gone;
    assert.deepEqual((await context.cookies()).map((one) => one.name), [], 'nothing is left');
    await page.reload();
    await page.waitForSelector('[data-nothing]:visible');
  }
});
