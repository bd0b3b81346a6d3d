import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TestServer, gist } from './a-server';
import { OtherRuns } from '../../../plugins/live-page/other-runs';

let server: TestServer;
beforeEach(async () => {
  server = await new TestServer().listen();
});
afterEach(() => server.close());

function write(path: string, text: string): void {
  mkdirSync(dirname(join(server.root, path)), { recursive: true });
  writeFileSync(join(server.root, path), text);
}

function runs(config: unknown = {}): OtherRuns {
  return new OtherRuns(server.root, server.folder, config);
}

const curve = {
  ...{ name: 'loss', kind: 'step', stride: 1, steps: [1, 2], means: [3, null] },
  ...{ lows: [3, null], highs: [3, null], broken: [0, 1] },
};

it('lists the runs below the root except its own, newest first, and follows no links', async () => {
  for (const name of [
    'toy/version_2',
    'toy/version_10',
    'group/other/version_0',
    'toy/notes',
    'toy/version_x',
  ]) {
    mkdirSync(join(server.root, name), { recursive: true });
  }
  symlinkSync('/etc', join(server.root, 'toy', 'version_11'));
  symlinkSync(join(server.root, 'group'), join(server.root, 'linked'));
  expect(await runs().list()).toEqual([
    { id: 0, name: 'toy/version_10' },
    { id: 1, name: 'toy/version_2' },
    { id: 2, name: 'group/other/version_0' },
  ]);
});

it('reads the history that the page of another run keeps, and how its configuration differs', async () => {
  const end = { status: 'interrupted', detail: 'Ctrl-C', at: 5 };
  write(
    'toy/version_1/live-page/history.json',
    JSON.stringify({ curves: [{ ...curve, lastCount: 1 }], messages: [], end }),
  );
  write('toy/version_1/config.yaml', 'seed: 1\ntrainer:\n  maxEpochs: 10\nextra: [1, a]\n');
  const other = runs({ seed: 1, trainer: { maxEpochs: 20, maxSteps: null } });
  await other.list();
  expect(await other.read(0)).toEqual({
    ...{ name: 'toy/version_1', curves: [curve], end },
    differences: [
      { option: 'extra', here: null, there: '[1,"a"]' },
      { option: 'trainer.maxEpochs', here: '20', there: '10' },
      { option: 'trainer.maxSteps', here: 'null', there: null },
    ],
  });
});

it('reads the rows of the loggers of a run that had no page', async () => {
  write(
    'toy/version_1/metrics.jsonl',
    '{"epoch":0,"step":1,"kind":"step","values":{"loss":0.5}}\nhalf a li\n' +
      '{"epoch":0,"step":2,"kind":"step","values":{"loss":"NaN"}}\n{"epoch":0,"step":2,"kind":"epoch","values":{"acc":1}}\n',
  );
  write('toy/version_0x/metrics.csv', '');
  write('toy/version_2/metrics.csv', 'epoch,step,"a,""b",loss\n0,1,,0.5\n0,2,7,nan\n0,3');
  const other = runs();
  await other.list();
  const summary = async (id: number) =>
    (await other.read(id))?.curves.map(({ name, kind, steps, means, broken }) => ({
      name,
      kind,
      steps,
      means,
      broken,
    }));
  expect(await summary(1)).toEqual([
    { name: 'loss', kind: 'step', steps: [1, 2], means: [0.5, null], broken: [0, 1] },
    { name: 'acc', kind: 'epoch', steps: [2], means: [1], broken: [0] },
  ]);
  expect(await summary(0)).toEqual([
    { name: 'loss', kind: 'step', steps: [1, 2], means: [0.5, null], broken: [0, 1] },
    { name: 'a,"b', kind: 'step', steps: [2], means: [7], broken: [0] },
  ]);
});

it('reads no link, pipe or folder instead of a file, and no deleted run', async () => {
  const secret = '{"epoch":0,"step":1,"kind":"step","values":{"secret":42}}\n';
  write('outside.jsonl', secret);
  write('elsewhere/metrics.jsonl', secret);
  for (const name of ['linked', 'piped', 'folder', 'gone'])
    mkdirSync(join(server.root, name, 'version_0'), { recursive: true });
  symlinkSync(join(server.root, 'outside.jsonl'), join(server.root, 'linked/version_0/metrics.jsonl'));
  symlinkSync(join(server.root, 'elsewhere'), join(server.root, 'linked/version_0/live-page'));
  execFileSync('mkfifo', [join(server.root, 'piped/version_0/metrics.jsonl')]);
  mkdirSync(join(server.root, 'folder/version_0/metrics.csv'));
  const other = runs();
  const listed = await other.list();
  expect(listed.map(({ name }) => name)).toEqual([
    'piped/version_0',
    'linked/version_0',
    'gone/version_0',
    'folder/version_0',
  ]);
  rmSync(join(server.root, 'gone'), { recursive: true });
  for (const { id } of listed) expect(await other.read(id)).toBe(null);
});

it.each([
  ['half a file', '{"curves": ['],
  ['another form', '{"curves": [{"name": 3}], "messages": [], "end": null}'],
  ['no object', '7'],
])('ignores a history that is %s', async (_, text) => {
  write('toy/version_1/live-page/history.json', text);
  const other = runs();
  await other.list();
  expect(await other.read(0)).toBe(null);
});

it('identifies a run only by a number that the server assigned', async () => {
  write('toy/version_1/metrics.csv', 'epoch,step,loss\n0,1,2\n');
  expect(gist(await server.ask('GET /runs/0'))).toBe(
    '404 The run does not exist, or a page can show nothing of it.',
  );
  expect(gist(await server.ask('GET /runs'))).toBe('200 [{"id":0,"name":"toy/version_1"}]');
  expect(gist(await server.ask('GET /runs/0'))).toMatch(
    /^200 \{"name":"toy\/version_1","curves":\[\{"name":"loss"/,
  );
});

it('compares with the options of the last start of a resumed run', async () => {
  write('toy/version_1/metrics.csv', 'epoch,step,loss\n0,1,2\n');
  write('toy/version_1/config.yaml', 'seed: 1\n');
  write('toy/version_1/config_2.yaml', 'seed: 2\n');
  write('toy/version_1/config_10.yaml', 'seed: 10\n');
  const other = runs({ seed: 1 });
  await other.list();
  expect((await other.read(0))?.differences).toEqual([{ option: 'seed', here: '1', there: '10' }]);
});
