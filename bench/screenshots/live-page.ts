/**
 * Takes screenshots of the live page for docs/live-page.md, from two runs of the screenshots' experiment: the second is
 * shown in progress, beside the first.
 *
 *   npx ts-node bench/screenshots/live-page.ts [--epochs 4] [--batches 25] [--out docs/images]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkpointing } from '../../plugins/checkpointing';
import { collapseSentinel } from '../../plugins/collapse-sentinel';
import { knnEval } from '../../plugins/knn-eval';
import { learningRateMonitor } from '../../plugins/learning-rate-monitor';
import { livePage } from '../../plugins/live-page';
import { throughput } from '../../plugins/throughput';
import { viewGrid } from '../../plugins/view-grid';
import { Experiment, Plugin, definePlugin, inject, run, tokens, views } from '../../src';
import type { HookContext, RunEventSource } from '../../src';
import { openBrowser } from '../../test/browser/open-browser';
import { positiveOption, runCommand } from '../command';
import { ShownFastSiam } from './experiment';

const { values } = parseArgs({
  options: {
    epochs: { type: 'string', default: '4' },
    batches: { type: 'string', default: '25' },
    out: { type: 'string', default: 'docs/images' },
  },
});

/** Size in pixels, and the reader's colour scheme. */
const looks = [
  { width: 1280, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
] as const;

/** Takes the screenshots in the middle of the last epoch of a run that follows another. */
@Plugin({ name: 'photographer' })
class Photographer {
  private address = '';

  constructor(@inject(tokens.events) events: RunEventSource) {
    events.on('message', (_, text) => {
      this.address = /http:\S+#\S+/.exec(text)?.[0] ?? this.address;
    });
  }

  async onTrainBatchEnd({ progress }: HookContext): Promise<void> {
    const { epoch, maxEpochs, batchIndex, batchesPerEpoch } = progress;
    if (isSecond && epoch + 1 === maxEpochs && batchIndex === Math.floor(batchesPerEpoch / 2))
      await this.shoot();
  }

  private async shoot(): Promise<void> {
    const browser = await openBrowser();
    for (const { width, colorScheme } of looks) {
      const page = await browser.newPage({
        viewport: { width, height: width > 800 ? 1500 : 1900 },
        colorScheme,
      });
      await page.goto(this.address);
      await page.waitForSelector('#curves figure');
      if (width > 800) {
        await page.selectOption('#other', { index: 1 });
        await page.waitForSelector('#differences tbody');
      }
      await page.waitForTimeout(1500);
      await page.screenshot({ path: join(values.out, `live-page-${width}.png`) });
      await page.close();
    }
    await browser.close();
  }
}

@Experiment({
  name: 'digits',
  seed: 1,
  trainer: { logEveryNSteps: 1, enableProgressBar: false },
  data: {
    name: 'digits',
    batchSize: 128,
    dropLast: true,
    transform: views.fastSiam({ inputSize: 32, hfProb: 0, minScale: 0.5 }),
  },
  plugins: [
    livePage({ port: 0 }),
    collapseSentinel({ watch: 'z' }),
    knnEval({ atStart: true, bankLimit: 1000, queryLimit: 500 }),
    learningRateMonitor(),
    throughput(),
    viewGrid(),
    checkpointing(),
    definePlugin(Photographer),
  ],
})
class Watched extends ShownFastSiam {}

let isSecond = false;

async function main(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'fulgur-live-page-'));
  const args = [
    ...['--trainer.maxEpochs', String(positiveOption('epochs', values.epochs))],
    ...['--trainer.limitTrainBatches', String(positiveOption('batches', values.batches))],
    ...['--trainer.defaultRootDir', root],
  ];
  try {
    await run(Watched, { args: [...args, '--seed', '2', '--trainer.maxEpochs', '2'] });
    isSecond = true;
    await run(Watched, { args });
  } finally {
    rmSync(root, { recursive: true });
  }
}

void runCommand(main);
