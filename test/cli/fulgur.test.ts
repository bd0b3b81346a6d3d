import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { datasetNames } from '../../src';
import { reportRuns } from '../../src/cli/report';

const root = resolve(__dirname, '../..');
let workplace: string;

beforeAll(() => {
  workplace = mkdtempSync(join(tmpdir(), 'fulgur-cli-'));
});
afterAll(() => rmSync(workplace, { recursive: true, force: true }));

function fulgur(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['-r', require.resolve('ts-node/register'), join(root, 'src/cli/main.ts'), ...words],
    {
      cwd: workplace,
      encoding: 'utf8',
      env: { ...process.env, TS_NODE_PROJECT: join(root, 'tsconfig.json') },
    },
  );
  return { status, stdout, stderr };
}

const experiments =
  'barlow-twins, byol, dcl, dino, fastsiam, fastsiam-digits, fastsiam-distributed, mae, moco, nnclr, simclr, simsiam, ' +
  'swav, tico, vicreg';

describe('the command fulgur', () => {
  it('shows its commands with --help and without arguments', () => {
    const { status, stdout } = fulgur('--help');
    expect(stdout.match(/^ {2}(train|init|list|doctor) .*$/gm)).toHaveLength(4);
    expect(status).toBe(0);
    expect(fulgur()).toEqual({ status: 0, stdout, stderr: '' });
  });

  it('names the nearest command', () => {
    expect(fulgur('trian')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        "Error: Unknown command 'trian'. Did you mean 'train'? Run 'fulgur --help' to see all commands.\n",
    });
  });

  it('lists experiments, data sets and plugins, each with a line', () => {
    const { status, stdout } = fulgur('list');
    const rows = stdout.match(/^ {2}\S.*$/gm) ?? [];
    expect(rows.filter((row) => !/^ {2}\S+ {2,}\S/.test(row))).toEqual([]);
    const plugins = readdirSync(join(root, 'plugins')).filter((name) =>
      existsSync(join(root, 'plugins', name, 'index.ts')),
    );
    const names = rows.map((row) => row.trim().split(' ')[0]);
    expect(names).toEqual([...experiments.split(', '), ...datasetNames, ...plugins]);
    expect(status).toBe(0);
  });
});

describe('a command of fulgur', () => {
  const jsn = "Error: Unknown option '--jsn'. Did you mean --json?";
  it.each([
    [['doctor', '--jsn'], `${jsn} Run 'fulgur doctor --help' to see its options.`],
    [
      ['doctor', '--accelerator', 'tpu'],
      "Error: Option '--accelerator <name>' argument 'tpu' is invalid. Allowed choices are auto, cpu, gpu. " +
        "Run 'fulgur doctor --help' to see its options.",
    ],
    [
      ['doctor', 'me'],
      "Error: 'fulgur doctor' does not take 'me'. Run 'fulgur doctor --help' to see its options.",
    ],
    [['init'], "Error: 'fulgur init' lacks its folder. Run 'fulgur init --help' to see its options."],
    [
      ['init', 'a', 'b', 'c'],
      "Error: 'fulgur init' does not take 'b', 'c'. Run 'fulgur init --help' to see its options.",
    ],
    [
      ['list', 'foo'],
      "Error: 'fulgur list' does not take 'foo'. Run 'fulgur list --help' to see its options.",
    ],
    [
      ['--vresion'],
      "Error: Unknown option '--vresion'. Did you mean --version? Run 'fulgur --help' to see its options.",
    ],
  ])('reports in one line what is wrong and what to do: %j', (words, line) => {
    expect(fulgur(...words)).toEqual({ status: 2, stdout: '', stderr: `${line}\n` });
  });

  it.each([
    [[], 'Usage: fulgur <command> [options]'],
    [['doctor'], 'Usage: fulgur doctor [options]'],
    [['init'], 'Usage: fulgur init [options] <folder>'],
    [['list'], 'Usage: fulgur list [options]'],
    [['train'], 'Usage: fulgur train <experiment> [command] [options]'],
    [
      ['train', 'fastsiam'],
      'Usage: fulgur train fastsiam [fit|validate|test|predict|probe|knn|finetune|embed|neighbours|export|views|map|report] [options]',
    ],
  ])('shows its usage under its whole name, with --help and with -h: %j', (words, usage) => {
    const { status, stdout, stderr } = fulgur(...words, '--help');
    expect([status, stdout.split('\n')[0], stderr]).toEqual([0, usage, '']);
    expect(fulgur(...words, '-h')).toEqual({ status, stdout, stderr });
  });
});

describe('fulgur train', () => {
  it('names the experiment that several devices can train if another one was given', () => {
    expect(fulgur('train', 'fastsiam', '--data.name', 'digits', '--devices', '2')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        "Error: 'fastsiam' was started on 2 ranks, but none of its plugins defines what they exchange. " +
        'Train an experiment with such a plugin: fulgur train fastsiam-distributed.\n',
    });
  });

  it('names the nearest experiment', () => {
    expect(fulgur('train', 'fastsim', '--seed', '3')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        `Error: Fulgur has no experiment 'fastsim'. Did you mean 'fastsiam'? Choose one of ${experiments}; ` +
        'run your own experiment by its file: npx ts-node my-experiment.ts.\n',
    });
  });

  it('wants an experiment before all options', () => {
    expect(fulgur('train', '--data.path', 'photos')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        "Error: 'fulgur train' was given no experiment, but --data.path. " +
        "Name an experiment first, as in 'fulgur train fastsiam --data.path photos'; 'fulgur list' shows all.\n",
    });
  });

  it('trains on a folder of images without labels on two ranks, and looks at what was learnt', async () => {
    mkdirSync(join(workplace, 'photos'));
    for (let index = 0; index < 16; index++) {
      const background = { r: index * 15, g: 255 - index * 10, b: (index * 67) % 256 };
      const file = join(workplace, 'photos', `${index}.png`);
      await sharp({ create: { width: 36, height: 34, channels: 3, background } }).toFile(file);
    }
    const data = ['--data.path', 'photos', '--data.batchSize', '4'];
    const training = fulgur(
      'train',
      'fastsiam-distributed',
      '--devices',
      '2',
      '--trainer.maxSteps',
      '1',
      ...data,
    );
    const said = 'Treating photos as a folder of images: --data.name folder.\n';
    expect(training.stderr.split(said)).toHaveLength(2);
    expect(training.stdout).toContain('[rank 0] ');
    expect(training).toMatchObject({ status: 0 });
    const knn = fulgur(
      'train',
      'fastsiam-distributed',
      'knn',
      '--checkpoint',
      'last',
      '--data.path',
      'photos',
    );
    expect(knn.stderr).toMatch(/label/);
    expect(knn.status).not.toBe(0);
  });
});

describe('fulgur report', () => {
  it('writes a page of the runs that are named, and starts nothing else', () => {
    mkdirSync(join(workplace, 'kept'));
    writeFileSync(join(workplace, 'kept', 'config.yaml'), 'name: kept\n');
    const out = join(workplace, 'kept.html');
    const { status, stdout, stderr } = fulgur('report', 'kept', '--out=kept.html');
    expect({ status, stdout, stderr: stderr.replace(/\(\d.*B\)/, '(size)') }).toEqual({
      ...{ status: 0, stdout: '', stderr: `Report of kept/kept: ${out} (size).\n` },
    });
    expect(readFileSync(out, 'utf8')).toContain('No logger recorded how far it got.');
  });

  it.each([
    [
      [],
      'fulgur report needs at least one run. Name its folder, as in: fulgur report runs/fastsiam/version_0.',
    ],
    [['a', '--out'], '--out was given without a file. Write --out report.html.'],
    [['a', '--ot', 'b'], "fulgur report has no option '--ot'. Pass folders of runs and --out FILE."],
  ])('rejects %p', async (words, message) => {
    const said: string[] = [];
    const write = jest
      .spyOn(process.stderr, 'write')
      .mockImplementation((text) => said.push(String(text)) > 0);
    await reportRuns(words);
    write.mockRestore();
    expect({ text: said.join(''), code: process.exitCode }).toEqual({ text: `Error: ${message}\n`, code: 2 });
    process.exitCode = undefined;
  });
});
