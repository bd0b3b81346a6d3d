/// <reference lib="dom" />
/**
 * Takes pictures of the built documentation, to be looked at: `npm run docs && npx ts-node bench/screenshots/docs.ts FOLDER`. Each page is shown
 * wide in light and dark colours, and as narrow as a phone.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { openBrowser } from '../../test/browser/open-browser';
import { ServedSite } from '../../test/export/web/served-site';
import { runCommand } from '../command';

interface Shown {
  readonly name: string;
  readonly path: string;
  /** What is done before the picture is taken. */
  readonly prepare?: (page: Page) => Promise<void>;
}

/** Opens the tab with this number. */
function tab(index: number): (page: Page) => Promise<void> {
  return async (page) => {
    const label = page.locator('.method-tabs label').nth(index);
    await label.evaluate((element) => {
      element.scrollIntoView({ block: 'start' });
      scrollBy(0, -80);
    });
    await label.click();
  };
}

const pages: readonly Shown[] = [
  { name: 'landing', path: '' },
  { name: 'start', path: 'start.html' },
  { name: 'own-images', path: 'own-images.html' },
  { name: 'fastsiam', path: 'methods/fastsiam.html' },
  ...[0, 1, 2].map((index) => ({
    name: `fastsiam-tab-${index + 1}`,
    path: 'methods/fastsiam.html',
    prepare: tab(index),
  })),
  { name: 'reference', path: 'reference/' },
  { name: 'reference-option', path: 'reference/api/contracts/option.html' },
  { name: 'guide', path: 'data.html' },
  {
    name: 'search',
    path: 'start.html',
    prepare: async (page) => {
      await page.click('#local-search button');
      await page.fill('.VPLocalSearchBox input', 'batch norm');
      await page.waitForSelector('.VPLocalSearchBox .result');
    },
  },
];

const looks = [
  { ending: '1280-light', width: 1280, colorScheme: 'light' },
  { ending: '1280-dark', width: 1280, colorScheme: 'dark' },
  { ending: '390', width: 390, colorScheme: 'light' },
] as const;

async function main(): Promise<void> {
  const out = resolve(process.argv[2] ?? 'shots-docs');
  mkdirSync(out, { recursive: true });
  const site = resolve(__dirname, '../../docs/.vitepress/dist');
  const served = await ServedSite.serve(site, '/', '404.html');
  const browser = await openBrowser();
  try {
    for (const { ending, width, colorScheme } of looks) {
      for (const { name, path, prepare } of pages) {
        const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
        await page.goto(`${served.address}${path}`, { waitUntil: 'networkidle' });
        const wide = await page.evaluate('document.documentElement.scrollWidth');
        if (wide !== width) console.log(`${path} is ${String(wide)} pixels wide in a window of ${width}.`);
        await prepare?.(page);
        await page.waitForTimeout(300);
        await page.screenshot({ path: join(out, `${name}-${ending}.png`) });
        await page.close();
      }
    }
  } finally {
    await browser.close();
    await served.close();
  }
}

void runCommand(main);
