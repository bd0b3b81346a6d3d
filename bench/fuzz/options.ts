import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { PrintAndExit, resolveConfig } from '../../src/config';
import type { RandomStream } from '../../src/engine/random';
import { Experiment, HyperParameter } from '../../src/metadata';
import { builtInCommands } from '../../src/run/commands';
import { deepJson, damaged, number, pick, times, tree, word } from './draws';
import { accepted, defect, refusalOf } from './outcome';
import type { Group } from './outcome';

const transform = { spec: { module: 'm', export: 'plain', options: { inputSize: 32 } } };

@Experiment({ name: 'fuzzed', trainer: { maxEpochs: 3 }, data: { name: 'digits', batchSize: 32, transform } })
class Fuzzed {
  @HyperParameter({ min: 0, description: 'learning rate' }) lr = 0.06;
  @HyperParameter({ choices: ['a', 'b'] }) mode = 'a';
}

const paths = [
  ...[
    'seed',
    'lr',
    'mode',
    'resume',
    'hyperparameters.lr',
    'trainer.maxEpochs',
    'trainer.precision',
    'trainer.devices',
  ],
  ...[
    'trainer.logEveryNSteps',
    'trainer.gradientClipVal',
    'trainer.threads',
    'data.name',
    'data.path',
    'data.batchSize',
  ],
  ...[
    'data.url',
    'data.workers',
    'data.inputSize',
    'cluster.joinSeconds',
    'knn.k',
    'probe.epochs',
    'trainer',
    'data',
  ],
] as const;

const notations = [
  ...[
    '1',
    '0x10',
    '0o17',
    '0b1',
    '1e3',
    '.5',
    '1_000',
    '+1',
    '-0',
    '1e999',
    '.inf',
    '-.inf',
    '.nan',
    '12:30:45',
    '1,5',
  ],
  ...[
    '9007199254740993',
    'yes',
    'no',
    'True',
    '~',
    '2026-11-29',
    '!!int "3"',
    '!!binary aGk=',
    '0'.repeat(400),
  ],
] as const;

/** YAML files of options, and command lines. */
export const options: Group = {
  name: 'options',
  limit: 5000,
  run(draw) {
    const folder = mkdtempSync(join(tmpdir(), 'fulgur-fuzz-'));
    try {
      const file = join(folder, 'run.yaml');
      writeFileSync(file, yaml(draw));
      const args = draw.chance(0.7) ? ['--config', file] : [];
      args.push(...(draw.chance(0.6) ? times(draw.below(6), () => argument(draw)) : []));
      const config = resolveConfig(Fuzzed, args, builtInCommands);
      JSON.stringify(config.toJson());
      return Promise.resolve(
        Number.isSafeInteger(config.seed) ? accepted : defect(`a seed of ${config.seed}`),
      );
    } catch (error) {
      return Promise.resolve(error instanceof PrintAndExit ? accepted : refusalOf(error));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

function yaml(draw: RandomStream): string | Buffer {
  const kind = draw.below(8);
  const plain: unknown = Object.fromEntries(
    times(draw.below(5), () => [
      draw.chance(0.8) ? pick(draw, paths).split('.')[0] : word(draw),
      draw.chance(0.5)
        ? { [draw.chance(0.7) ? (pick(draw, paths).split('.')[1] ?? '') : word(draw)]: tree(draw, 2) }
        : tree(draw, 3),
    ]),
  );
  if (kind === 0) return deepJson(draw, 1 << draw.below(14));
  if (kind === 1)
    return ['trainer: &a', '  maxEpochs: 3', `data: *${pick(draw, ['a', 'b'])}`, '<<: *a', word(draw)].join(
      '\n',
    );
  if (kind === 2) return bomb(3 + draw.below(9));
  if (kind === 3)
    return `${pick(draw, paths)}: ${pick(draw, notations)}\ntrainer:\n  maxEpochs: ${pick(draw, notations)}\n`;
  if (kind === 4)
    return `a: &x {b: ${word(draw)}}\ntrainer: {<<: ${pick(draw, ['*x', '[*x, *x]', '3', '*trainer'])}, maxEpochs: 1}`;
  const text = stringify(plain);
  return kind === 5 ? damaged(draw, Buffer.from(text)) : text;
}

/** Aliases of aliases: each level doubles the size of its value. */
function bomb(levels: number): string {
  return [
    'l0: &l0 [x, x]',
    ...times(levels, (level) => `l${level + 1}: &l${level + 1} [*l${level}, *l${level}]`),
  ].join('\n');
}

function argument(draw: RandomStream): string {
  const path = draw.chance(0.7) ? pick(draw, paths) : word(draw);
  const value = pick(draw, [
    () => word(draw),
    () => String(number(draw)),
    () => pick(draw, notations),
    () => JSON.stringify(tree(draw, 2)),
    () => deepJson(draw, 1 << draw.below(15)),
  ])();
  return pick(draw, [
    `--${path}=${value}`,
    `--${path}`,
    value,
    `-${path}`,
    `--no-${path}`,
    '--help',
    '--',
    'fit',
    'test',
  ]);
}
