/// <reference lib="dom" />
/**
 * Takes screenshots of the site that `export --format web` writes, for docs/browser.md, from a short run of the
 * screenshots' experiment.
 *
 *   npx ts-node bench/screenshots/search-site.ts [--epochs 2] [--batches 30] [--out docs/images]
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { run } from '../../src';
import { openBrowser } from '../../test/browser/open-browser';
import { ServedSite } from '../../test/export/web/served-site';
import { positiveOption, runCommand } from '../command';
import { ShownFastSiam } from './experiment';

const { values } = parseArgs({
  options: {
    epochs: { type: 'string', default: '2' },
    batches: { type: 'string', default: '30' },
    out: { type: 'string', default: 'docs/images' },
  },
});

async function main(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'fulgur-search-site-'));
  const place = ['--trainer.defaultRootDir', root];
  const embeddings = join(root, 'embeddings.npz');
  const site = join(root, 'site');
  try {
    const epochs = ['--trainer.maxEpochs', String(positiveOption('epochs', values.epochs))];
    const batches = ['--trainer.limitTrainBatches', String(positiveOption('batches', values.batches))];
    await run(ShownFastSiam, { args: [...place, ...epochs, ...batches] });
    await run(ShownFastSiam, { args: ['embed', ...place, '--split', 'test', '--out', embeddings] });
    await run(ShownFastSiam, {
      args: ['export', ...place, '--format', 'web', '--out', site, '--embeddings', embeddings],
    });
    await photograph(site);
  } finally {
    rmSync(root, { recursive: true });
  }
}

async function photograph(site: string): Promise<void> {
  const thumbnails = join(site, 'thumbnails', '0');
  const digit = join(thumbnails, readdirSync(thumbnails).sort()[17] ?? '0.png');
  const served = await ServedSite.serve(site, '/demo/');
  const browser = await openBrowser();
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1280, 390]) {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      await page.goto(served.address);
      await page.waitForSelector('html[data-ready]');
      await page.setInputFiles('#file', digit);
      await page.waitForFunction(
        () =>
          document.querySelectorAll('.near img').length === 12 &&
          [...document.images].every((image) => image.complete),
      );
      await page.screenshot({ path: resolve(values.out, `browser-${width}-${colorScheme}.png`) });
      await page.close();
    }
  }
  await browser.close();
  await served.close();
}

void runCommand(main);
