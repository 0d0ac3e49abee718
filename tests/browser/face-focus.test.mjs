/** Whoever goes by keyboard sees where: a ring of at least two pixels around whatever has the focus, in every look. */
import assert from 'node:assert/strict';
import { close, escape, fixture, press, test, unfold, until } from './support.mjs';

const MEDIA = [
  { name: 'light', colorScheme: 'light', forcedColors: 'none' },
  { name: 'dark', colorScheme: 'dark', forcedColors: 'none' },
  { name: 'forced, light', colorScheme: 'light', forcedColors: 'active' },
  { name: 'forced, dark', colorScheme: 'dark', forcedColors: 'active' },
];

/** What has the focus, if it is the widget's and can be pressed: its name, and the ring around it or around its label. */
const ring = (page) =>
  page.evaluate(() => {
    const luminance = (css) => {
      const [r, g, b] = css.match(/[\d.]+/g).map((one) => one / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const outer = (one) => one.assignedSlot ?? one.parentElement ?? one.getRootNode().host;
    let one = document.activeElement;
    const ours = one.closest('[id^=koek-], .koek-embed, .koek-line');
    while (one.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
    if (!ours || !one.matches('button, a, input, summary')) return undefined;
    const around = [one, one.closest('label')].find((each) => each && getComputedStyle(each).outlineStyle !== 'none') ?? one;
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(around);
    // The ring stands off from what it is around: on both its sides is what is behind both. A slot paints nothing.
    const paints = ({ display, backgroundColor }) => display !== 'contents' && !/^rgba\(.*, 0\)$/.test(backgroundColor);
    let behind = outer(around);
    while (behind && !paints(getComputedStyle(behind))) behind = outer(behind);
    const ground = behind ? getComputedStyle(behind).backgroundColor : 'rgb(255, 255, 255)';
    const [high, low] = [outlineColor, ground].map(luminance).sort((a, b) => b - a);
    return {
      name: one.type === 'radio' ? one.name : one.id.replace(/\d+/, '') || one.localName,
      style: outlineStyle,
      width: parseFloat(outlineWidth),
      contrast: (high + 0.05) / (low + 0.05),
      visible: one.matches(':focus-visible'),
    };
  });

/** Goes through a state by Tab until all of `names` have had the focus, each with a ring that is seen. */
async function walk(page, state, names) {
  const left = new Set(names);
  for (let step = 0; left.size; step++) {
    assert.ok(step < 60, `${state}: no focus on ${[...left]}`);
    await page.keyboard.press('Tab');
    const found = await ring(page);
    if (!found) continue;
    const { name, style, width, contrast, visible } = found;
    const told = `${state}: ${JSON.stringify(found)}`;
    assert.ok(visible && style === 'solid' && width >= 2 && contrast >= 3, told);
    left.delete(name);
  }
}

const FRAME = '<iframe data-koek="preferences" data-src="/empty" title="Film" width="400" height="300"></iframe>';
const FORM = '<form data-koek-remember="proef"><label>Naam <input name="name"></label></form>';

for (const { name: look, ...media } of MEDIA) {
  test(`every button, link and box of the widget has a ring when it has the focus: ${look}`, async (room) => {
    const { page } = room;
    await page.emulateMedia(media);
    await fixture(room, `<main><h1>Proef</h1>${FRAME}${FORM}</main>`);
    await page.waitForSelector('#koek-banner');
    await page.waitForSelector('.koek-embed');
    await walk(page, 'banner', ['a', 'koek-refuse', 'koek-accept', 'koek-choose']);
    await walk(page, 'placeholder', ['koek-once-', 'koek-always-', 'a']);

    await page.click('#koek-choose');
    await unfold(page);
    await walk(page, 'settings', [
      'koek-settings-close', 'koek-p-preferences', 'koek-p-display', 'summary', 'text-size', 'contrast', 'district', 'a',
      'koek-save', 'koek-refuse-all', 'koek-accept-all',
    ]);
    await page.focus('#koek-p-display');
    await page.keyboard.press('Space');
    await page.keyboard.press('Escape');
    await page.waitForSelector('#koek-discard');
    await walk(page, 'not saved', ['koek-save', 'koek-discard']);
    await escape(page);

    await press(page, '#koek-refuse');
    await page.waitForSelector('#koek-confirm a[href]');
    await walk(page, 'confirmation', ['a', 'koek-close', 'koek-change']);
    await close(page);

    await page.fill('[name=name]', 'Jansen');
    await page.waitForSelector('.koek-line');
    await until('the line has its button', () => page.locator('.koek-line button').isVisible());
    await page.waitForSelector('#koek-open');
    await walk(page, 'form and way back', ['button', 'koek-open']);
  });
}
