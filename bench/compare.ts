/**
 * Sets Fulgur beside lightly and PyTorch Lightning on this machine: both in turns, in one run.
 *
 *   npx ts-node bench/compare.ts [--peer DIR] [--turns 3] [--only WORDS] [--shapes]
 *
 * `--peer` names the folder of the peer's Python environment, which is made at the first run (default:
 * `~/.cache/fulgur/peer`). `--only` takes the rows whose name holds these words; `--shapes` takes other models and sizes
 * instead. Nothing else should run meanwhile. Prints tables for `docs/performance.md`; the last line is a JSON object.
 */
import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { positiveOption, runCommand } from './command';

type Figure = 'meanSecondsPerStep' | 'medianSeconds' | 'imagesPerSecondPerCore';

/** One row: the same work by both. */
interface Comparison {
  readonly name: string;
  readonly ours: readonly string[];
  readonly peers: readonly string[];
  readonly figure: Figure;
}

type Line = Readonly<Partial<Record<Figure | 'peakRssMiB', number>>>;

interface Row {
  readonly name: string;
  readonly figure: Figure;
  readonly ours: number;
  readonly peers: number;
  /** How many times as fast. */
  readonly times: number;
  readonly ourMiB: number | null;
  readonly peersMiB: number | null;
}

const root = resolve(__dirname, '..');

const endToEnd = (name: string, ours: readonly string[], peers: readonly string[]): Comparison => ({
  name: `end to end, ${name}`,
  ours: ['end-to-end.ts', ...ours],
  peers: ['end_to_end.py', '--workers', '2', ...peers],
  figure: 'meanSecondsPerStep',
});

const step = (name: string, words: readonly string[], bf16 = false): Comparison => ({
  name: `step, ${name}`,
  ours: ['step.ts', ...words, ...(bf16 ? ['--precision', 'bf16-mixed'] : [])],
  peers: ['step.py', ...words, ...(bf16 ? ['--bf16'] : [])],
  figure: 'medianSeconds',
});

const views = (size: string, from: string, words: readonly string[]): Comparison => ({
  name: `views, ${size} px from ${from}`,
  ours: ['views.ts', '--size', size, ...words],
  peers: ['views.py', '--size', size, ...words],
  figure: 'imagesPerSecondPerCore',
});

const comparisons: readonly Comparison[] = [
  endToEnd('float32', [], []),
  endToEnd('bf16', ['--precision', 'bf16-mixed'], ['--bf16']),
  step('float32', []),
  step('bf16', [], true),
  views('32', '32', []),
  views('224', 'JPEGs of 500 × 375', ['--source', '375x500', '--jpeg']),
];

const shapes: readonly Comparison[] = [
  step('ResNet-18, 64 px, batch 32', ['--size', '64', '--batch', '32']),
  step('ResNet-18, 224 px, batch 32', ['--size', '224', '--batch', '32', '--steps', '3']),
  step('ResNet-50, 64 px, batch 32', [
    '--size',
    '64',
    '--batch',
    '32',
    '--model',
    'resnet50',
    '--steps',
    '3',
  ]),
];

function main(): void {
  const { values } = parseArgs({
    options: {
      peer: { type: 'string', default: join(homedir(), '.cache/fulgur/peer') },
      turns: { type: 'string', default: '3' },
      only: { type: 'string', default: '' },
      shapes: { type: 'boolean', default: false },
    },
  });
  const turns = positiveOption('turns', values.turns);
  const { peer } = values;
  call('bash', [join(__dirname, 'peer/setup.sh'), peer]);
  const chosen = (values.shapes ? shapes : comparisons).filter(({ name }) => name.includes(values.only));
  const rows = chosen.map((comparison) => compare(comparison, peer, turns));
  print(rows, turns);
  console.log(JSON.stringify({ turns, rows }));
}

function compare({ name, ours, peers, figure }: Comparison, peer: string, turns: number): Row {
  const [script = '', ...words] = ours;
  const [peerScript = '', ...peerWords] = peers;
  const own: Line[] = [];
  const other: Line[] = [];
  for (let turn = 0; turn < turns; turn++) {
    own.push(lastLine(call('npx', ['ts-node', join(__dirname, script), ...words])));
    other.push(lastLine(call(join(peer, 'bin/python'), [join(__dirname, 'peer', peerScript), ...peerWords])));
  }
  const ownFigure = medianOf(own, figure) ?? NaN;
  const peerFigure = medianOf(other, figure) ?? NaN;
  const isRate = figure === 'imagesPerSecondPerCore';
  const row = {
    name,
    figure,
    ours: ownFigure,
    peers: peerFigure,
    times: isRate ? ownFigure / peerFigure : peerFigure / ownFigure,
    ourMiB: medianOf(own, 'peakRssMiB'),
    peersMiB: medianOf(other, 'peakRssMiB'),
  };
  console.error(`${name}: ${ownFigure.toFixed(3)} against ${peerFigure.toFixed(3)}`);
  return row;
}

function print(rows: readonly Row[], turns: number): void {
  const widest = Math.max(...rows.map(({ times }) => times));
  const shown = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(3));
  const memory = (value: number | null): string => (value === null ? '' : value.toFixed(0));
  console.log(`medians of ${turns} turns\n`);
  console.log('| | unit | Fulgur | peer | times as fast | | MiB | peer |\n|---|---|---|---|---|---|---|---|');
  for (const { name, figure, ours, peers, times, ourMiB, peersMiB } of rows) {
    const unit = figure === 'imagesPerSecondPerCore' ? 'images per core-second' : 's a step';
    const bar = '█'.repeat(Math.max(1, Math.round((12 * times) / widest)));
    const cells = [
      name,
      unit,
      shown(ours),
      shown(peers),
      times.toFixed(2),
      bar,
      memory(ourMiB),
      memory(peersMiB),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
  console.log('');
}

function call(program: string, words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, [...words], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')} failed: ${stderr.slice(-500)}`);
  return stdout;
}

function lastLine(output: string): Line {
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Line;
}

function medianOf(lines: readonly Line[], key: keyof Line): number | null {
  const numbers = lines.flatMap((line) => line[key] ?? []).sort((a, b) => a - b);
  return numbers[Math.floor(numbers.length / 2)] ?? null;
}

void runCommand(main);
