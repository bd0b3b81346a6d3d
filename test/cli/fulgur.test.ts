import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { datasetNames } from '../../src';

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

const experiments = 'fastsiam, fastsiam-digits, fastsiam-distributed';

describe('the command fulgur', () => {
  it('shows its commands with --help, and without a word', () => {
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
        "Error: There is no command 'trian'. Did you mean 'train'? Run 'fulgur --help' to see all commands.\n",
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

describe('fulgur train', () => {
  it('names the nearest experiment', () => {
    expect(fulgur('train', 'fastsim', '--seed', '3')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        `Error: Fulgur ships no experiment 'fastsim'. Did you mean 'fastsiam'? Choose one of ${experiments}; ` +
        'one of your own is run by its file: npx ts-node my-experiment.ts.\n',
    });
  });

  it('wants an experiment before all options', () => {
    expect(fulgur('train', '--data.path', 'photos')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        "Error: No experiment stands behind 'fulgur train', but --data.path. " +
        "Name one first, as in 'fulgur train fastsiam --data.path photos'; 'fulgur list' shows all.\n",
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
    const said = 'photos is taken for a folder of images: --data.name folder.\n';
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
