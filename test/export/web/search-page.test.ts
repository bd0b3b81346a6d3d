/// <reference lib="dom" />
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { decodeImage } from '../../../src/data/decoding';
import { unchangedPlan } from '../../../src/data/views/view-plan';
import { ViewRenderer } from '../../../src/data/views/view-renderer';
import { start } from '../../../src/engine';
import { nearest } from '../../../src/evaluation';
import { similarityOf } from '../../../src/export/web/quantised';
import { openBrowser } from '../../browser/open-browser';
import { imageFiles } from './image-files';
import { ServedSite } from './served-site';
import { SmallModel, picture, writeSmallSite } from './small-site';
import type { SmallSite } from './small-site';

/** The first bytes of a HEIC file. */
const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');

let place: string;
let browser: Browser;
let model: SmallModel;
let site: SmallSite;
let served: ServedSite;
let other: ServedSite | null = null;

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
  await other?.close();
  rmSync(place, { recursive: true });
});

/** Opens a site, and waits until its model is loaded. Whatever it asks of others, and says to the console, is collected. */
async function openPage(
  address = served.address,
  hasWebgl = true,
): Promise<{ page: Page; asked: string[]; said: string[] }> {
  const page = await browser.newPage();
  if (!hasWebgl) await page.addInitScript(withoutWebgl);
  const [asked, said]: [string[], string[]] = [[], []];
  page.on('request', (request) => asked.push(request.url()));
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  await page.goto(address);
  await page.waitForSelector('html[data-ready]');
  return { page, asked, said };
}

/** Runs in the page: a browser without a graphics card. */
function withoutWebgl(): void {
  const refuse = (prototype: { getContext: unknown }) => {
    const { getContext } = prototype as { getContext: (...parts: unknown[]) => unknown };
    prototype.getContext = function (this: unknown, kind: string, ...others: unknown[]) {
      return kind.includes('webgl') ? null : getContext.call(this, kind, ...others);
    };
  };
  refuse(HTMLCanvasElement.prototype);
  refuse(OffscreenCanvas.prototype);
}

async function namesFound(page: Page): Promise<string[]> {
  return page.locator('.answer').first().locator('.near .name').allTextContents();
}

describe('a site with images', () => {
  it.each(['webgl', 'wasm'])('finds the same neighbours as Node, by %s', async (backend) => {
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

  it('makes the evaluation view of each image, within one level', async () => {
    const { page } = await openPage();
    const renderer = new ViewRenderer(32, 32);
    const apart: Record<string, number> = {};
    for (const { name, bytes } of await imageFiles()) {
      const image = await decodeImage(bytes);
      const plan = { ...unchangedPlan(image.height, image.width), crop: null };
      const expected = renderer.render(image, plan);
      apart[name] = largestDifference(await viewIn(page, name, bytes), expected);
    }
    expect(Object.entries(apart).filter(([, levels]) => levels > 1)).toEqual([]);
    expect(Object.keys(apart)).toHaveLength(25);
    await page.close();
  });
});

/** The RGB bytes that the page shows as what the model sees. */
async function viewIn(page: Page, name: string, buffer: Buffer): Promise<number[]> {
  await page.setInputFiles('#file', { name, mimeType: '', buffer });
  const canvas = page.locator(`canvas[aria-label="${name}, as the model sees it"]`);
  await canvas.or(page.locator('#problems p')).first().waitFor();
  if ((await canvas.count()) === 0) throw new Error(await page.locator('#problems').innerText());
  return canvas.first().evaluate((element: HTMLCanvasElement) => {
    const { width, height } = element;
    const pixels = element.getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
    return [...pixels].filter((_, i) => i % 4 !== 3);
  });
}

function largestDifference(found: readonly number[], expected: Uint8Array): number {
  expect(found).toHaveLength(expected.length);
  return Math.max(...found.map((value, i) => Math.abs(value - (expected[i] ?? NaN))));
}

describe('a page that is given other files', () => {
  it('rejects each in a message, and continues with the others', async () => {
    const { page } = await openPage();
    const transparent = picture(1).ensureAlpha(0.5).webp({ lossless: true });
    const files = [
      { name: 'photo.heic', buffer: heic },
      { name: 'notes.txt', buffer: Buffer.from('Dear diary') },
      { name: 'empty.png', buffer: Buffer.alloc(0) },
      { name: 'lossless.webp', buffer: await transparent.toBuffer() },
      { name: 'whole.png', buffer: await picture(1).png().toBuffer() },
    ];
    await page.setInputFiles(
      '#file',
      files.map((file) => ({ ...file, mimeType: '' })),
    );
    await page.waitForSelector('.answer');
    expect(await page.locator('#problems p').allTextContents()).toEqual([
      'photo.heic: This is a HEIC photo, which browsers and Fulgur do not decode. Save it as JPEG or PNG first.',
      'notes.txt: This is not a JPEG, PNG, WebP, GIF or BMP image.',
      'empty.png: The file is empty.',
      'lossless.webp: This image has transparent pixels whose colours the browser does not reveal. Save it as JPEG first.',
    ]);
    expect(await page.locator('.answer h2').allTextContents()).toEqual(['whole.png']);
    await page.close();
  });

  it('rejects truncated files', async () => {
    const { page } = await openPage();
    const files = (await imageFiles()).filter(({ name }) => /^(colours|alpha|lossy)\./.test(name));
    const broken = files.map(({ name, bytes }) => ({
      name,
      mimeType: '',
      buffer: bytes.subarray(0, Math.floor(bytes.length / 2)),
    }));
    await page.setInputFiles('#file', broken);
    await page.waitForSelector(`#problems p:nth-child(${broken.length})`);
    expect(await page.locator('#problems p').allTextContents()).toEqual(
      broken.map(({ name }) => `${name}: The file is damaged: it ends before the image does.`),
    );
    await page.close();
  });
});

describe('a site without images', () => {
  it('compares images with each other, including dropped ones, without a graphics card or a connection', async () => {
    const comparison = await writeSmallSite(place, model, 0);
    other = await ServedSite.serve(comparison.folder, '/');
    const { page, said } = await openPage(other.address, false);
    await page.context().setOffline(true);
    await page.setInputFiles('#file', [site.files[0]!, site.files[1]!]);
    await page.waitForSelector('tbody tr:nth-child(2)');
    await page.evaluate(
      async (bytes) => {
        const data = new DataTransfer();
        data.items.add(new File([Uint8Array.from(bytes)], 'dropped.png'));
        document.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }));
      },
      [...(await picture(2).png().toBuffer())],
    );
    await page.waitForSelector('tbody tr:nth-child(3)');
    const { features, width } = site.embeddings;
    const [a, b, c] = [0, 1, 2].map((row) => features.subarray(row * width, (row + 1) * width));
    const shown = await page.locator('tbody tr:first-of-type td').allTextContents();
    expect(shown[0]).toBe('–');
    expect(Number(shown[1])).toBeCloseTo(similarityOf(a!, b!), 2);
    expect(Number(shown[2])).toBeCloseTo(similarityOf(a!, c!), 2);
    expect(await page.getAttribute('html', 'data-backend')).toBe('wasm');
    expect(said).toEqual([]);
    await page.close();
  });
});

describe('the page', () => {
  it('works with the keyboard, on a narrow screen', async () => {
    const { page } = await openPage();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('file');
    await page.setInputFiles('#file', site.files[3]!);
    await page.waitForSelector('.near li:nth-child(12)');
    expect(await page.textContent('#status')).toBe('12 images similar to picture-3.png.');
    await page.locator('.near button').nth(1).focus();
    const name = await page.locator('.near button').nth(1).locator('.name').textContent();
    await page.keyboard.press('Enter');
    expect(await page.locator('.answer h2').first().textContent()).toBe(`Like ${name ?? ''}`);
    expect(await namesFound(page)).not.toContain(name);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect(await page.title()).toBe('Spots <&> stripes: image search');
    await page.close();
  });
});
