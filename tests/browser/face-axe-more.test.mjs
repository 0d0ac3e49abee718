/** axe finds nothing in the states that few visitors meet either: asked again, not saved, nothing to choose, a site's own colours. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { change, CHANGED, NEW } from './again.mjs';
import { looks } from './looks.mjs';
import { close, fixture, press, reopen, test, unfold, visit } from './support.mjs';

const catalogue = await readFile(new URL('../../assets/wsn/catalogue.toml', import.meta.url), 'utf8');
const LANGUAGES = { nl: '/', en: '/?lang=en' };
/** What is new and what has changed is asked again, each with its word before it. */
const AGAIN = {
  nl: ['Veranderd: Uw weergave. Ook de letters.', 'Nieuw: Berichten.'],
  en: ['Changed: Your display settings. The letters too.', 'New: Messages.'],
};
/** Nothing that can be chosen. */
const EXEMPT = [['catalogue.toml', /# -+ choice -[^]*?(?=# -+ texts)/.exec(catalogue)[0], '']];
const THEME = [['koektrommel.toml', "# The site's own colours;", `[sites.theme]
accent = "#7a1fa2"
background = "#fdf6e3"
text = "#222"
border = "#777"
radius = "0"
[sites.theme_dark]
accent = "#e1bee7"
background = "#101018"
#`]];

for (const [language, path] of Object.entries(LANGUAGES)) {
  test(`asked again, ${language}`, { faults: true }, async (room) => {
    const { page } = room;
    await visit(room, path);
    await press(page, '#koek-accept');
    await change(room, CHANGED, NEW);
    await visit(room, path);
    const asked = await page.locator('#koek-banner li').allInnerTexts();
    assert.deepEqual(asked.map((one) => one.trim()).sort(), AGAIN[language].toSorted());
    await looks(page, `${language} asked again`);
  });

  test(`a choice that was not saved, ${language}`, { faults: true }, async (room) => {
    const { page, context, address } = room;
    await context.route(`${address}/privacy/api/v1/consents`, (route) => route.fulfill({ status: 409, contentType: 'application/problem+json', body: '{}' }));
    await visit(room, path);
    await page.click('#koek-accept');
    const status = page.locator('#koek-confirm [role=status]');
    await status.filter({ hasText: { nl: 'Uw keuze is niet opgeslagen.', en: 'Your choice was not saved.' }[language] }).waitFor();
    await looks(page, `${language} not saved`);
  });

  test(`nothing to choose, ${language}`, { site: EXEMPT }, async (room) => {
    const { page } = room;
    const tag = `<script src="/privacy/koektrommel.js?lang=${language}" data-lang="${language}" defer></script>`;
    const head = `<meta name="viewport" content="width=device-width">${tag}`;
    await fixture(room, '<main><h1>Proef</h1></main>', { tag: false, head });
    await page.waitForSelector('#koek-reopen a');
    await looks(page, `${language} nothing to choose`);
    await fixture(room, '<main><h1>Proef</h1><a href="/privacy/settings" data-koek-settings>Cookies</a></main>', { tag: false, head, path: '/linked' });
    await page.waitForFunction(() => window.koektrommel?.ready);
    await reopen(page);
    assert.equal(await page.locator('#koek-settings button').count(), 1, 'only the way out');
    await looks(page, `${language} settings with nothing to choose`);
  });

  test(`a site's own colours, ${language}`, { site: THEME }, async (room) => {
    const { page } = room;
    await visit(room, path);
    await looks(page, `${language} theme banner`);
    await page.click('#koek-choose');
    await unfold(page);
    await looks(page, `${language} theme settings`);
    await press(page, '#koek-accept-all');
    await page.waitForSelector('#koek-confirm a[href]');
    await looks(page, `${language} theme confirmed`);
    await close(page);
    await page.fill('#repair-text', 'Het druppelt');
    await page.waitForSelector('.koek-line [role=status]:not(:empty)');
    await looks(page, `${language} theme form line`);
  });
}
