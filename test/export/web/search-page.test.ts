import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { start } from '../../../src/engine';
import { nearest } from '../../../src/evaluation';
import { openBrowser } from '../../browser/open-browser';
import { ServedSite } from './served-site';
import { SmallModel, writeSmallSite } from './small-site';
import type { SmallSite } from './small-site';

let place: string;
let browser: Browser;
let model: SmallModel;
let site: SmallSite;
let served: ServedSite;

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
  place = mkdtempSync(join(tmpdir(), 'fulgur-site-'));
  model = new SmallModel();
  site = await writeSmallSite(place, model, 16);
  served = await ServedSite.serve(site.folder, '/demo/search/');
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
  await served.close();
  rmSync(place, { recursive: true });
});

/** Opens a site, and waits until its model is loaded. Whatever it asks of others, and says to the console, is collected. */
async function openPage(address = served.address): Promise<{ page: Page; asked: string[]; said: string[] }> {
  const page = await browser.newPage();
  const [asked, said]: [string[], string[]] = [[], []];
  page.on('request', (request) => asked.push(request.url()));
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  await page.goto(address);
  await page.waitForSelector('html[data-ready]');
  return { page, asked, said };
}

async function namesFound(page: Page): Promise<string[]> {
  return page.locator('.answer').first().locator('.near .name').allTextContents();
}

describe('a site with images', () => {
  it.each(['webgl', 'wasm'])('finds the neighbours that Node finds, by %s', async (backend) => {
    const { page, asked, said } = await openPage(`${served.address}#backend=${backend}`);
    await page.setInputFiles('#file', site.files[3]!);
    await page.waitForSelector('.near li:nth-child(12)');
    const features = site.embeddings.features.subarray(3 * site.embeddings.width, 4 * site.embeddings.width);
    const expected = nearest(site.embeddings, features, 12);
    expect(await namesFound(page)).toEqual(expected.map(({ name }) => name));
    const similarities = await page.locator('.answer .near .similarity').allTextContents();
    for (const [place, { similarity }] of expected.entries()) {
      expect(Number(similarities[place]!.replace('similarity ', ''))).toBeCloseTo(similarity, 2);
    }
    expect(await page.getAttribute('html', 'data-backend')).toBe(backend);
    expect(asked.filter((url) => !url.startsWith(served.address) && !url.startsWith('data:'))).toEqual([]);
    expect(said).toEqual([]);
    await page.close();
  });
});
