import { join } from 'node:path';
import type { Browser } from 'playwright-core';

/** A page of which the documentation has pictures. */
export interface ShownPage {
  /** Of the pictures: `report` gives `report.png` and `report-narrow.png`. */
  readonly name: string;
  readonly url: string;
  /** Height of the picture in pixels (default: all of the page). */
  readonly height?: number;
  /** What is done before it is taken. */
  readonly prepare?: (page: Awaited<ReturnType<Browser['newPage']>>) => Promise<void>;
}

const kinds = [
  { ending: '', width: 1280, colorScheme: 'light' },
  { ending: '-narrow', width: 390, colorScheme: 'dark' },
] as const;

/** Takes a page's pictures: wide in light colours, narrow in dark ones. */
export async function takePictures(browser: Browser, folder: string, shown: ShownPage): Promise<void> {
  const { name, url, height, prepare } = shown;
  for (const { ending, width, colorScheme } of kinds) {
    const page = await browser.newPage({ viewport: { width, height: height ?? 900 }, colorScheme });
    await page.goto(url, { waitUntil: 'load' });
    await prepare?.(page);
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(folder, `${name}${ending}.png`), fullPage: height === undefined });
    await page.close();
  }
}
