import { join } from 'node:path';
import type { Browser } from 'playwright-core';

/** A page with screenshots in the documentation. */
export interface ShownPage {
  /** Name of the screenshots: `report` produces `report.png` and `report-narrow.png`. */
  readonly name: string;
  readonly url: string;
  /** Height of the screenshot in pixels (default: the whole page). */
  readonly height?: number;
  /** Called before the screenshot is taken. */
  readonly prepare?: (page: Awaited<ReturnType<Browser['newPage']>>) => Promise<void>;
}

const kinds = [
  { ending: '', width: 1280, colorScheme: 'light' },
  { ending: '-narrow', width: 390, colorScheme: 'dark' },
] as const;

/** Takes a page's screenshots: wide in light colours, narrow in dark colours. */
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
