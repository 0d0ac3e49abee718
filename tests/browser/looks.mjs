/**
 * A state, looked at in every way that somebody may have it: telephone, tablet and desktop, light, dark, forced colours.
 * KOEKTROMMEL_SCREENS=folder leaves a picture of each there.
 */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { audit } from './support.mjs';

const SIZES = [
  { name: 'telephone', width: 320, height: 568 },
  { name: 'tablet', width: 768, height: 1024 },
  { name: 'desktop', width: 1280, height: 800 },
];
const MEDIA = [
  { name: 'light', colorScheme: 'light', forcedColors: 'none' },
  { name: 'dark', colorScheme: 'dark', forcedColors: 'none' },
  { name: 'forced', colorScheme: 'dark', forcedColors: 'active' },
];
const folder = process.env.KOEKTROMMEL_SCREENS;

/**
 * Texts that cannot be read in forced colours. axe looks at `-webkit-text-fill-color`, of which Chromium tells the
 * page's value there and not the one it draws with, so this looks at what is drawn: the colour, and what is behind it.
 */
const unreadable = (page) =>
  page.evaluate(() => {
    const luminance = (css) => {
      const [r, g, b] = css.match(/[\d.]+/g).map((one) => one / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const outer = (one) => one.assignedSlot ?? one.parentElement ?? one.getRootNode().host;
    const behind = (one) => {
      const color = one ? getComputedStyle(one).backgroundColor : getComputedStyle(document.documentElement).backgroundColor.replace(/, 0\)/, ', 1)');
      return /^rgba\(.*, 0\)$/.test(color) ? behind(outer(one)) : color;
    };
    const found = [];
    const look = (root) => {
      for (const one of root.querySelectorAll('*')) {
        if (one.shadowRoot) look(one.shadowRoot);
        const words = [...one.childNodes].filter((node) => node.nodeType === 3 && node.data.trim());
        if (!words.length || !one.checkVisibility({ visibilityProperty: true }) || one.closest('option, :disabled')) continue;
        const colors = [getComputedStyle(one).color, behind(one)];
        const [high, low] = colors.map(luminance).sort((a, b) => b - a);
        if ((high + 0.05) / (low + 0.05) < 4.5) found.push(`${one.outerHTML.slice(0, 90)}: ${colors.join(' on ')}`);
      }
    };
    look(document.body);
    return found;
  });

/**
 * What of ours is too small to press: 24 pixels in both directions, 44 high for a button. axe lets a link in a line of
 * text be, and what has room around it. A box is pressed by its label too.
 */
const tooSmall = (page) =>
  page.evaluate(() => {
    const found = [];
    const look = (root) => {
      for (const one of root.querySelectorAll('*')) {
        if (one.shadowRoot) look(one.shadowRoot);
        if (!one.matches('button, a[href], input, summary') || !one.checkVisibility({ visibilityProperty: true })) continue;
        const label = one.closest('label') ?? one.labels?.[0] ?? one;
        const [box, more] = [one, label].map((each) => each.getBoundingClientRect());
        const [width, height] = [Math.max(box.width, more.width), Math.max(box.height, more.height)];
        if (width < 24 || height < (one.matches('button, input') ? 44 : 24)) found.push(`${one.id || one.outerHTML.slice(0, 60)}: ${width} by ${height}`);
      }
    };
    for (const host of document.querySelectorAll('[id^=koek-], .koek-embed, .koek-line')) {
      if (!host.shadowRoot) continue;
      look(host.shadowRoot);
      look(host);
    }
    return found;
  });

/** Runs axe over the page as it stands, in every look; `fullPage` is for pictures of all that can be scrolled to. */
export async function looks(page, state, { fullPage = false } = {}) {
  // Forced colours last, and then back: Chromium goes on painting their background until the next page.
  for (const { name, ...media } of MEDIA) {
    await page.emulateMedia(media);
    for (const { name: size, width, height } of SIZES) {
      await page.setViewportSize({ width, height });
      if (folder) {
        await mkdir(folder, { recursive: true });
        await page.screenshot({ path: join(folder, `${state.replace(/\W+/g, '-')}.${size}.${name}.png`), fullPage });
      }
      const forced = media.forcedColors === 'active';
      await audit(page, `${state}, ${size}, ${name}`, forced ? { 'color-contrast': { enabled: false } } : {});
      if (forced) assert.deepEqual(await unreadable(page), [], `${state}, ${size}`);
      assert.deepEqual(await tooSmall(page), [], `${state}, ${size}, ${name}: too small to press`);
    }
  }
  await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' });
}
