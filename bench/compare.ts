/**
 * Compares Fulgur with lightly and PyTorch Lightning on this machine, taking turns in one run.
 *
 *   npx ts-node bench/compare.ts [--peer DIR] [--turns 3] [--only WORDS] [--shapes] [--under COMMAND] [--no-write]
 *
 * `--peer` names the folder of the peer's Python environment, which is created by the first run (default:
 * `~/.cache/fulgur/peer`). `--only` selects the rows whose name contains these words; `--shapes` selects other models
 * and sizes instead. `--under` runs each measuring command under another, such as `taskset -c 0,1`. Nothing else should
 * run in the meantime. Each finished row is written to `docs/performance.md`, its chart and `docs/performance.json`,
 * unless `--no-write` is given; all other rows are kept. The last line is a JSON object.
 */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { FulgurError } from '../src/errors';
import { positiveOption, runCommand } from './command';
import { callCommand } from './compare/call-command';
import { describeMachine, readMachine } from './compare/machine';
import { Page } from './compare/page';
import type { Figure } from './compare/row';
import { tablesOf } from './compare/tables';
import { takeTurns } from './compare/take-turns';
import type { Comparison } from './compare/take-turns';

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

const methodStep = (method: string): Comparison => ({
  name: `step of ${method}`,
  ours: ['step.ts', '--method', method],
  peers: ['step_methods.py', '--method', method],
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
  methodStep('byol'),
  methodStep('moco'),
  views('32', '32', []),
  views('224', 'JPEGs of 500 × 375', ['--source', '375x500', '--jpeg']),
];

const shape = (model: string, size: string, steps: string): Comparison =>
  step(`ResNet-${model}, ${size} px, batch 32`, [
    ...['--model', `resnet${model}`, '--size', size, '--batch', '32'],
    ...['--steps', steps, '--warm-up', '1'],
  ]);

const shapes: readonly Comparison[] = [
  shape('18', '64', '7'),
  shape('18', '224', '3'),
  shape('50', '64', '3'),
  shape('50', '224', '2'),
];

const startUp = (name: string, figure: Figure): Comparison => ({
  name,
  ours: ['startup.ts', '--turns', '1'],
  peers: null,
  figure,
});

const startUps: readonly Comparison[] = [
  startUp('first step', 'firstStepSeconds'),
  startUp('command to first update', 'secondsToFirstUpdate'),
];

/** Rows by section of the page. */
const sections: Readonly<Record<string, readonly Comparison[]>> = {
  main: comparisons,
  startup: startUps,
  shapes,
};

function main(): void {
  const { values } = parseArgs({
    options: {
      peer: { type: 'string', default: join(homedir(), '.cache/fulgur/peer') },
      turns: { type: 'string', default: '3' },
      only: { type: 'string', default: '' },
      shapes: { type: 'boolean', default: false },
      under: { type: 'string', default: '' },
      'no-write': { type: 'boolean', default: false },
    },
  });
  const chosen = Object.entries(sections)
    .filter(([section]) => (section === 'shapes') === values.shapes)
    .flatMap(([section, rows]) => rows.map((comparison) => ({ section, comparison })))
    .filter(({ comparison }) => comparison.name.includes(values.only));
  if (chosen.length === 0) throw noRow(values.only);
  const turns = positiveOption('turns', values.turns);
  const names = Object.entries(sections).map(([section, rows]) => [section, rows.map(({ name }) => name)]);
  const page = new Page(resolve(__dirname, '../docs'), Object.fromEntries(names) as Record<string, string[]>);
  if (!values['no-write']) page.check();

  console.error(`The peer's environment is ${values.peer}; creating it takes some minutes, once.`);
  callCommand(['bash', join(__dirname, 'peer/setup.sh'), values.peer]);
  const python = join(values.peer, 'bin/python');
  const measuring = {
    turns,
    python,
    under: values.under.split(' ').filter((word) => word !== ''),
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(readMachine(python)),
  };
  const rows = chosen.map(({ section, comparison }) => {
    const row = takeTurns(comparison, measuring);
    if (!values['no-write']) page.add(section, [row]);
    const peers = row.peers === null ? '' : ` against ${row.peers.figure.median.toFixed(3)}`;
    console.error(`${row.name}: ${row.ours.figure.median.toFixed(3)}${peers}`);
    return row;
  });
  console.log(`${tablesOf(rows)}\n`);
  console.log(JSON.stringify({ turns, rows }));
}

function noRow(words: string): FulgurError {
  const names = Object.values(sections).flatMap((rows) => rows.map(({ name }) => `'${name}'`));
  return new FulgurError('config', {
    what: `No row's name contains '${words}'.`,
    why: `The rows are ${names.join(', ')}; those of ResNets belong to --shapes.`,
    fix: 'Give --only a part of one of them.',
  });
}

void runCommand(main);
