/**
 * Takes the documentation's screenshots from a real run: `npx ts-node bench/screenshots.ts [folder of runs]`. Without a
 * folder, it first trains `bench/screenshots/experiment.ts` twice, some minutes each.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openBrowser } from '../test/browser/open-browser';
import { takePictures } from './screenshots/pictures';

const experiment = resolve(__dirname, 'screenshots/experiment.ts');
const images = resolve(__dirname, '../docs/images');

/** Runs a command of the experiment, as a user does. */
function call(root: string, ...words: string[]): void {
  const args = ['-r', 'ts-node/register', experiment, ...words, '--trainer.defaultRootDir', root];
  execFileSync(process.execPath, args, { stdio: 'inherit' });
}

function trainTwice(): string {
  const root = mkdtempSync(join(tmpdir(), 'screenshots-'));
  call(root);
  call(root, 'probe', '--checkpoint', 'last');
  call(root, '--seed', '2', '--lr', '0.2');
  call(root, 'probe', '--checkpoint', 'last');
  return root;
}

async function main(): Promise<void> {
  const root = process.argv[2] ?? trainTwice();
  const runs = ['version_0', 'version_1'].map((name) => join(root, 'digits', name)).filter(existsSync);
  const report = join(root, 'report.html');
  const map = join(root, 'map.html');
  call(root, 'report', ...runs, '--out', report);
  call(root, 'map', '--checkpoint', join(runs[0] ?? root, 'checkpoints', 'last'), '--out', map);
  const browser = await openBrowser();
  try {
    await takePictures(browser, images, { name: 'report', url: `file://${report}`, height: 1600 });
    await takePictures(browser, images, {
      name: 'map',
      url: `file://${map}`,
      height: 960,
      prepare: async (page) => {
        await page.focus('#map');
        await page.keyboard.press('ArrowRight');
      },
    });
  } finally {
    await browser.close();
  }
}

void main();
