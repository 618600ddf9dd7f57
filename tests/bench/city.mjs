// How long the city takes on a slow phone: a CPU of a quarter, slow 4G (1.6 Mbit/s, 150 ms). Prints
// figures and judges nothing.   node tests/bench/city.mjs http://127.0.0.1:8080
import { chromium } from 'playwright-core';

const url = process.argv[2] ?? 'http://127.0.0.1:8080';
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const tab = await browser.newPage({ viewport: { width: 390, height: 844 }, hasTouch: true });
const wire = await tab.context().newCDPSession(tab);
await wire.send('Network.enable');
await wire.send('Emulation.setCPUThrottlingRate', { rate: 4 });
await wire.send('Network.emulateNetworkConditions', {
  offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 94_000,
});
let bytes = 0;
wire.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
const begin = Date.now();
await tab.goto(url, { waitUntil: 'domcontentloaded' });
await tab.waitForSelector('.frame.live');
const interactive = Date.now() - begin;
await tab.waitForLoadState('networkidle');
const first = await tab.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime);
await tab.evaluate(() => {
  globalThis.frames_seen = [];
  let last = performance.now();
  requestAnimationFrame(function frame(now) {
    globalThis.frames_seen.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  });
});
await tab.click('.play');
await tab.waitForTimeout(6000);
const gaps = await tab.evaluate(() => globalThis.frames_seen.sort((a, b) => a - b));
const at = (share) => Math.round(gaps[Math.floor(gaps.length * share)]);
console.log(`first paint ${Math.round(first)} ms, map interactive ${interactive} ms, ${Math.round(bytes / 1000)} kB`);
console.log(`playing: ${gaps.length} frames in 6 s, median ${at(0.5)} ms, 95 % within ${at(0.95)} ms`);
await browser.close();
