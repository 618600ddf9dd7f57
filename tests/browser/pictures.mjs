// Draws the pictures of the README from a server that has nothing but the archive:
//   node tests/browser/pictures.mjs http://127.0.0.1:8080
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

import { desktop, languages, phone } from './browser.mjs';

const folder = fileURLToPath(new URL('pictures/', import.meta.url));
const wide = { ...desktop, height: 1040 };

const pictures = [
  { name: 'city-zh', path: '/?as_of=2023-07-01', size: wide },
  { name: 'report-zh', path: '/report?station=bagou', size: phone },
  { name: 'station-zh', path: '/stations/bagou', size: phone },
  { name: 'station-en-dark', path: '/stations/beijingxizhan', size: wide, language: 'en', scheme: 'dark' },
];

const url = process.argv[2] ?? 'http://127.0.0.1:8080';
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const { name, path, size, language = 'zh', scheme = 'light' } of pictures) {
  const tab = await browser.newPage({
    baseURL: url,
    viewport: size,
    locale: languages[language],
    colorScheme: scheme,
    reducedMotion: 'reduce',
  });
  await tab.goto(path, { waitUntil: 'networkidle' });
  await tab.screenshot({ path: `${folder}${name}.png` });
  await tab.close();
}
await browser.close();
