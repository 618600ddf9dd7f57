// Draws the PNG icons of the site from its SVG ones: node tests/browser/icons.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { chromium } from 'playwright-core';

import { root } from '../e2e/harness.mjs';

const folder = path.join(root, 'collector/pages/assets');
const icons = [
  { from: 'icon.svg', to: 'icon-192.png', size: 192 },
  { from: 'icon.svg', to: 'icon-512.png', size: 512 },
  { from: 'icon-maskable.svg', to: 'icon-180.png', size: 180 },
  { from: 'icon-maskable.svg', to: 'icon-maskable.png', size: 512 },
];

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const { from, to, size } of icons) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const svg = readFileSync(path.join(folder, from), 'utf8').replace('<svg', `<svg width="${size}" height="${size}"`);
  await page.setContent(`<style>body{margin:0}svg{display:block}</style>${svg}`);
  writeFileSync(path.join(folder, to), await page.screenshot({ omitBackground: true }));
  await page.close();
}
await browser.close();
