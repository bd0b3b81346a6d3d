import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { RunHistory } from '../../../plugins/live-page/run-history';
import { liveHtml, liveStyle } from '../../../plugins/live-page/page-frame';
import { pageScript } from '../../../src';
import type { LiveProgress, LiveSnapshot } from '../../../src/contracts';
import { openBrowser } from '../../browser/open-browser';
import { TestServer, emptySnapshot } from './a-server';

const progress: LiveProgress = {
  ...{
    epoch: 2,
    batchIndex: 11,
    globalStep: 168,
    batchesPerEpoch: 78,
    maxEpochs: 10,
    maxSteps: null,
    at: Date.now(),
  },
  ...{
    secondsPerBatch: 0.5,
    secondsLeft: 300,
    imagesPerSecond: 512,
    aside: null,
    newest: { train_loss: 'NaN' },
  },
};

/** A run of which the tests say what comes. */
class PlayedRun {
  readonly history = new RunHistory();
  snapshot: LiveSnapshot = {
    ...emptySnapshot,
    facts: {
      ...emptySnapshot.facts,
      config: { seed: 0, trainer: { maxEpochs: 10 }, note: '<img src=x onerror=alert(1)>' },
      bands: [{ metric: 'z_std', warnBelow: 0.5, healthy: 1, below: 'collapse' }],
    },
    progress,
  };

  constructor() {
    for (let step = 1; step <= 40; step++) this.log(step);
    this.history.add('lr-sgd', 'page', 40, 0.06);
    this.history.addMessage({ at: 0, step: 0, level: 'warning', text: 'The <b>disk</b> is nearly full.' });
    this.history.takeUpdate();
  }

  log(step: number): void {
    this.history.addRow({
      kind: 'step',
      step,
      values: { train_loss: 1 / step, z_std: step === 40 ? NaN : 0.9 },
    });
  }

  whole(): LiveSnapshot {
    return { ...this.snapshot, curves: this.history.points(), messages: this.history.messages };
  }
}

let browser: Browser;
let run: PlayedRun;
let server: TestServer;
let page: Page;
/** What a page must not do: complain, or ask for anything elsewhere. */
let complaints: string[];

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

beforeEach(async () => {
  run = new PlayedRun();
  const config = run.snapshot.facts.config;
  const files = { html: liveHtml, style: liveStyle(), script: await pageScript('live') };
  server = await new TestServer({ snapshot: () => run.whole(), config, page: files }).listen();
  const context = await browser.newContext({ viewport: { width: 390, height: 800 }, colorScheme: 'dark' });
  page = await context.newPage();
  complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!/^(blob:)?http:\/\/127\.0\.0\.1:/.test(request.url())) complaints.push(request.url());
  });
});

afterEach(async () => {
  await page.context().close();
  await server.close();
});

function publish(update: Parameters<TestServer['feed']['publish']>[0] = run.history.takeUpdate()): void {
  server.feed.publish(update, performance.now());
}

const titles = () => page.locator('#curves figcaption').allTextContents();

it('shows and follows what the run logs, and survives a reload and a lost connection', async () => {
  await page.goto(server.address);
  await page.waitForSelector('#curves figure');
  expect(await titles()).toEqual([
    'train_loss 0.025 at update 40',
    'z_std not finite at update 40',
    'Learning rate 0.06 at update 40',
  ]);
  expect(await page.title()).toBe('21 % toy version_0');
  expect(await page.textContent('#state')).toBe('Running.');
  expect(await page.locator('#standing').innerText()).toContain('Time left\n5 min');
  expect(await page.locator('#standing').innerText()).toContain('train_loss\nNaN');
  expect(await page.locator('#curves .note').allTextContents()).toContain(
    'this run: One value was NaN or infinite, the first by update 40.',
  );

  run.log(41);
  publish();
  await page.getByText('train_loss 0.0243902 at update 41').waitFor();
  await page.reload();
  await page.getByText('train_loss 0.0243902 at update 41').waitFor();

  const { port } = server;
  await server.stop();
  await page.getByText('The connection is lost, and the run may have ended; trying again.').waitFor();
  run.log(42);
  publish();
  await server.listen(port);
  await page.getByText('train_loss 0.0238095 at update 42').waitFor();
  expect(await page.textContent('#state')).toBe('Running.');

  publish({ end: { status: 'failed', detail: 'The loss became NaN.', at: Date.now() } });
  await page.getByText(/^Failed at \d\d:\d\d: The loss became NaN\.$/).waitFor();
  const unexpected = complaints.filter((text) => !text.includes('ERR_CONNECTION_REFUSED'));
  expect(unexpected.filter((text) => !/ERR_(INCOMPLETE|CONNECTION|EMPTY)/.test(text))).toEqual([]);
});

it('fits a narrow screen, works with the keyboard, and does not interpret texts as HTML', async () => {
  await page.goto(server.address);
  await page.waitForSelector('#curves figure');
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(20, 23, 28)');

  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(await page.evaluate('document.activeElement.id')).toBe('curves-title');
  expect(new URL(page.url()).hash.length).toBeGreaterThan(40);

  await page.focus('#smoothing');
  await page.keyboard.press('Home');
  expect(await page.textContent('#smoothing-value')).toBe('0.00');

  await page.focus('#curves figure summary');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#curves table');
  expect(await page.locator('#curves table').first().locator('tbody tr').count()).toBe(40);
  expect(await page.locator('#curves table').first().locator('tbody tr').last().innerText()).toMatch(
    /^40\s+0\.025$/,
  );

  expect(await page.textContent('#messages li')).toContain('Warning: The <b>disk</b> is nearly full.');
  await page.locator('#settings summary').click();
  expect(await page.locator('#settings').innerText()).toContain('<img src=x onerror=alert(1)>');
  expect(complaints).toEqual([]);
});

it('shows pictures, and another run beside this one with their differences', async () => {
  const folder = join(server.root, 'toy', 'version_1');
  mkdirSync(folder);
  writeFileSync(join(folder, 'metrics.csv'), 'epoch,step,train_loss\n0,1,0.9\n0,2,0.8\n');
  writeFileSync(join(folder, 'config.yaml'), 'seed: 7\ntrainer:\n  maxEpochs: 10\n');
  const png = await sharp({ create: { width: 3, height: 2, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  server.image = (path) => (path === 'images/0/7.png' ? png : null);
  const image = {
    name: 'views',
    caption: 'Red.',
    width: 3,
    height: 2,
    step: 7,
    epoch: 0,
    path: 'images/0/7.png',
  };
  run.snapshot = { ...run.snapshot, images: [image] };
  await page.goto(server.address);
  await page.getByAltText('Red.').waitFor();
  expect(
    await page
      .getByAltText('Red.')
      .evaluate((node) => (node as unknown as { naturalWidth: number }).naturalWidth),
  ).toBe(3);

  await page.selectOption('#other', { label: 'toy/version_1' });
  await page.getByText('toy/version_1 is in progress, or did not end properly.').waitFor();
  expect(await page.locator('#differences tbody').innerText()).toMatch(
    /^note\s+<img src=x onerror=alert\(1\)>\s+\(none\)\s+seed\s+0\s+7$/,
  );
  await page.locator('#curves figure summary').first().click();
  expect((await page.locator('#curves thead').first().innerText()).trim()).toMatch(
    /^updates\s+version_0\s+toy\/version_1$/,
  );
  await page.reload();
  await page.getByText('toy/version_1 is in progress, or did not end properly.').waitFor();
  expect(complaints).toEqual([]);
});

it('explains what to do if the token is wrong', async () => {
  await page.goto(`${server.address.replace(/#.*/, '')}#wrong`);
  await page
    .getByText(
      'The token in the address does not belong to this run: open the address that the run printed last.',
    )
    .waitFor();
});
