import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { scalarsEvent, sessionStartEvent, versionEvent } from '../../plugins/tensorboard-logger/events';
import { tfRecord } from '../../plugins/tensorboard-logger/event-file';
import { newestRun, writeReport } from '../../src/report';
import { openBrowser } from '../browser/open-browser';

const root = mkdtempSync(join(tmpdir(), 'report-'));
let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  rmSync(root, { recursive: true });
});

/** A run's folder with these files. */
function runFolder(path: string, files: Readonly<Record<string, string | Buffer>>): string {
  const folder = join(root, path);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const config = (name: string, maxEpochs: number) =>
  `name: ${name}\nseed: 1\ntrainer:\n  maxEpochs: ${maxEpochs}\n`;
const report = async (...folders: string[]) => {
  const out = join(root, 'out.html');
  const written = await writeReport({ folders, out, version: '1.2.3' });
  return { ...written, html: readFileSync(out, 'utf8') };
};

describe('a report', () => {
  const first = runFolder('tiny/version_0', {
    'config.yaml': config('"<b>tiny"', 2),
    'metrics.csv': 'epoch,step,train_loss,z_std,once\n0,1,0.123456789,0.9,\n0,2,nan,0.8,\n1,3,-1.5,0.2,7\n',
    'evaluations/last.probe.json': JSON.stringify({
      command: 'probe',
      checkpoint: '/x/checkpoints/last',
      weights: 'raw',
      progress: { globalStep: 3 },
      metrics: { linear_accuracy: 0.75 },
    }),
    'evaluations/last.neighbours.json': JSON.stringify({
      command: 'neighbours',
      checkpoint: '/x/checkpoints/last',
      metrics: {},
      found: [{ query: 'my<cat>.jpg', neighbours: [{ name: 'b.jpg', similarity: 0.75, row: 3 }] }],
    }),
    'messages.jsonl':
      '{"kind":"started","time":"t","bands":[{"metric":"z_std","warnBelow":0.3,"below":"collapse"}]}\n' +
      '{"kind":"message","time":"t","step":2,"level":"warning","text":"<img src=x onerror=alert(1)>"}\n' +
      '{"kind":"ended","time":"t","status":"failed","detail":"The disk is full."}\n',
  });
  const second = runFolder('tiny/version_1', {
    'config.yaml': config('other', 9),
    'config_1.yaml': config('other', 10),
    'metrics.jsonl': '{"epoch":0,"step":1,"kind":"step","values":{"train_loss":5}}\n{"epoch":0,"st',
  });

  it('opens from the disk without a request or an error, draws its charts, and has the numbers in tables', async () => {
    const { path } = await report(first, second);
    const page = await browser.newPage({ viewport: { width: 390, height: 800 }, colorScheme: 'dark' });
    const problems: string[] = [];
    page.on('console', (message) => problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) problems.push(request.url());
    });
    await page.goto(`file://${path}`);
    const found = await page.evaluate(`({
      charts: document.querySelectorAll('.drawing svg').length,
      images: document.querySelectorAll('main img[src=x]').length,
      loss: [...document.querySelectorAll('#metric-0 tbody tr')].map((row) =>
        [...row.children].map((cell) => cell.querySelector('data')?.value ?? cell.textContent)),
      wide: document.documentElement.scrollWidth > innerWidth,
    })`);
    expect(problems).toEqual([]);
    expect(found).toEqual({
      charts: 3,
      images: 0,
      loss: [
        ['1', '0.123456789', '5'],
        ['2', 'NaN', ''],
        ['3', '-1.5', ''],
      ],
      wide: false,
    });
    await page.selectOption('#smoothing', '3');
    expect(problems).toEqual([]);
    expect((await page.pdf()).subarray(0, 5).toString()).toBe('%PDF-');
    await page.close();
  });

  it('shows how runs ended, what is missing and what differs', async () => {
    const { html, runs } = await report(first, second);
    expect(runs.map(({ label }) => label)).toEqual(['<b>tiny/version_0', 'other/version_1']);
    expect(runs.map(({ state }) => state.sentence)).toEqual([
      'Failed; last logged after 3 updates. The disk is full.',
      'Ended before its last epoch (1 of 10 epochs begun); last logged after 1 updates.',
    ]);
    for (const text of [
      '&lt;b&gt;tiny/version_0: 1 value is not finite, first NaN at update 2.',
      'other/version_1: metrics.jsonl ends with an incomplete line.',
      'What resuming changed in other/version_1',
      'Nearest to my&lt;cat&gt;.jpg',
      '<th scope="row">trainer.maxEpochs</th><td>2</td><td>10</td>',
      'collapse: below 0.3',
      '&lt;img src=x onerror=alert(1)&gt;',
    ]) {
      expect(html).toContain(text);
    }
  });

  it('keeps the size of a page for 100,000 rows, and their maximum', async () => {
    const rows = Array.from(
      { length: 100_000 },
      (_, step) => `0,${step + 1},${step === 70_000 ? 999 : step / 1e5}\n`,
    );
    const long = runFolder('long/version_0', { 'metrics.csv': `epoch,step,loss\n${rows.join('')}` });
    const { html, bytes } = await report(long);
    expect(html).toContain('[70001,999]');
    expect(html).toContain('<th scope="row" class="number"><data value="70001">');
    expect(html).toContain(
      '101 of 100,000 updates, spread evenly, including the lowest and the highest value of each line; the run folder contains all of them.',
    );
    expect(bytes).toBeLessThan(1.2e6);
  });

  it('reads event files of a resumed run, in which the later session counts', async () => {
    const at = (step: number) => ({ time: 1, step });
    const file = (...events: Buffer[]) => Buffer.concat(events.map(tfRecord));
    const folder = runFolder('board/version_0', {
      'tensorboard/events.out.tfevents.1.fulgur': file(
        versionEvent(at(0)),
        scalarsEvent(at(1), { loss: 4 }),
        scalarsEvent(at(2), { loss: 3 }),
        scalarsEvent(at(3), { loss: 2 }),
      ),
      'tensorboard/events.out.tfevents.2.fulgur': Buffer.concat([
        file(versionEvent(at(0)), sessionStartEvent(at(2)), scalarsEvent(at(2), { loss: 2.5 })),
        Buffer.from([1, 2]),
      ]),
    });
    const { runs } = await report(folder);
    const [run] = runs;
    expect(run?.metrics?.values.get('loss')?.map(({ step, value }) => [step, value])).toEqual([
      [1, 4],
      [2, 2.5],
    ]);
    expect(run?.metrics?.remarks).toEqual([
      '1 of the event files in tensorboard/ end with an incomplete record.',
    ]);
  });

  it('can be made of a run without any logger', async () => {
    const bare = runFolder('bare/version_0', { 'config.yaml': config('bare', 1) });
    const { html } = await report(bare);
    expect(html).toContain('bare/version_0 has no metrics in its folder');
    expect(html).toContain('No logger recorded how far it got.');
  });
});

it('rejects a path that is not a run, and lists what is there', async () => {
  const parent = join(root, 'tiny');
  await expect(report(join(root, 'gone'))).rejects.toThrow(
    `The folder ${join(root, 'gone')} does not exist. Name the folder of a run, such as runs/fastsiam/version_0.`,
  );
  await expect(report(parent)).rejects.toThrow(
    `${parent} is not the folder of a run: it contains no config.yaml, no metrics and no evaluations. It contains the runs version_0, version_1. Name one of them, such as ${join(parent, 'version_1')}.`,
  );
  expect(await newestRun(root, 'tiny')).toBe(join(parent, 'version_1'));
  await expect(newestRun(root, 'none')).rejects.toThrow(
    `No run was found in ${join(root, 'none')}. Train first, or name the folder of a run: report runs/fastsiam/version_0.`,
  );
});
