/**
 * One visit to one page in Chromium. Times are taken in visits with a probe that looks at every frame; main-thread work
 * in visits of their own without it, because looking is work too. A visit is made in a profile of its own.
 */
import { createRequire } from 'node:module';
import { setTimeout as after } from 'node:timers/promises';
import { probe } from './probe.mjs';

const { chromium } = createRequire(new URL('../../widget/package.json', import.meta.url))('playwright-core');

// The last one: some banners hide from a browser that says it is driven by a program.
const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking ' +
  '--disable-component-update --disable-sync --disable-blink-features=AutomationControlled';

/** How long a new window is left alone before it goes anywhere: the browser's own pages in it load too. */
const NEW = 500;

/**
 * What a page is visited with. `rest` is how long it is left alone after it was loaded, in milliseconds: what a banner
 * puts off is work too. The phone is slow: processor slowed down six times, 150 ms to the server, 1.6 Mbit/s.
 */
export const devices = (rest) => [
  { viewport: { width: 1280, height: 800 }, rest },
  { viewport: { width: 390, height: 844 }, rest, slow: true },
];

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS.split(' ') });

const profile = (browser, { viewport }) => browser.newContext({ locale: 'nl-NL', viewport });

async function open(context, { slow }) {
  const page = await context.newPage();
  // One view in ten looks for undeclared names, by chance: that is measured by itself, not here.
  await page.addInitScript(() => (Math.random = () => 0.5));
  const wire = await context.newCDPSession(page);
  // Time that the thread was really running: what else the machine does meanwhile does not count.
  await wire.send('Performance.enable', { timeDomain: 'threadTicks' });
  if (slow) {
    await wire.send('Network.enable');
    const rate = (1.6e6 / 8) | 0;
    const wires = { offline: false, latency: 150, downloadThroughput: rate, uploadThroughput: rate };
    await wire.send('Network.emulateNetworkConditions', wires);
    await wire.send('Emulation.setCPUThrottlingRate', { rate: 6 });
  }
  await after(NEW);
  return { page, wire };
}

const work = async (wire) => {
  const { metrics } = await wire.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
};

/** A first visit without a probe: milliseconds of main-thread work, and what was asked. */
export async function loaded(browser, server, one, device) {
  const context = await profile(browser, device);
  try {
    return await rest(context, server, one, device);
  } finally {
    await context.close();
  }
}

async function rest(context, server, one, device) {
  const { page, wire } = await open(context, device);
  server.taken();
  await page.goto(server.address + one.path, { waitUntil: 'load' });
  await after(device.rest);
  return { work: await work(wire), asked: server.taken() };
}

/** A first visit with the probe: when the box was visible, long tasks and shifts; with `press` also a refusal and a return. */
export async function timed(browser, server, one, device, press) {
  const context = await profile(browser, device);
  try {
    const { page } = await open(context, device);
    await page.addInitScript(`(${probe})(${JSON.stringify(one.box)})`);
    await page.goto(server.address + one.path, { waitUntil: 'load' });
    await page.waitForFunction(() => window.probe.shown, undefined, { polling: 100, timeout: 60_000 });
    await after(500);
    const { shown, shift, long } = await page.evaluate(() => window.probe);
    const result = { shown, shift, long };
    if (!press) return result;
    if (one.refuse) {
      const asking = new Set();
      page.on('request', (request) => asking.add(request));
      page.on('response', (answer) => asking.delete(answer.request()));
      page.on('requestfailed', (request) => asking.delete(request));
      await page.locator(one.refuse).first().click();
      await page.waitForFunction(() => window.probe.gone, undefined, { polling: 100, timeout: 60_000 });
      const end = await page.evaluate(() => window.probe);
      Object.assign(result, { gone: end.gone, shift: end.shift });
      // What was chosen may still be on its way, and what the answer brings not yet be done.
      while (asking.size) await after(20);
      await page.evaluate(() => new Promise((done) => requestIdleCallback(done)));
    }
    await page.close();
    return { ...result, back: await rest(context, server, one, device) };
  } finally {
    await context.close();
  }
}
