import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { Experiment, HyperParameter } from '../../src/metadata';
import { resolveConfig } from './resolve';

const transform = { spec: { module: 'm', export: 'plain', options: { inputSize: 32 } } };

@Experiment({ name: 'tiny', data: { name: 'digits', transform } })
class Tiny {
  @HyperParameter({ min: 0 }) lr = 0.06;
}

const folder = mkdtempSync(join(tmpdir(), 'fulgur-config-'));
const file = join(folder, 'config.yaml');
afterAll(() => rmSync(folder, { recursive: true }));

function record(config: unknown): string[] {
  writeFileSync(file, stringify(config));
  return ['--config', file];
}

describe('the configuration that a run records', () => {
  it('is accepted by --config and gives the same configuration', () => {
    const first = resolveConfig(Tiny, ['--lr', '0.5', '--trainer.maxSteps', '7', '--seed', '3']);
    const again = resolveConfig(Tiny, record(first.toJson()));
    expect(again.toJson()).toEqual(first.toJson());
    expect(again.hyperparameters).toEqual({ lr: 0.5 });
    expect(again.data.transform).toBe(transform);
  });

  it('is overridden by the command line', () => {
    const args = record(resolveConfig(Tiny, ['--lr', '0.5']).toJson());
    expect(resolveConfig(Tiny, [...args, '--lr', '0.1']).hyperparameters).toEqual({ lr: 0.1 });
  });

  it('is rejected if it is of another experiment or transform, or has an unknown hyperparameter', () => {
    const args = record({
      name: 'other',
      data: { transform: { plain: { inputSize: 64 } } },
      hyperparameters: { lrr: 1, lr: -1 },
    });
    expect(() => resolveConfig(Tiny, args)).toThrow(
      [
        '4 options are invalid:',
        `  name in ${file}, line 1: is 'tiny' in the experiment's file, and can only be changed there`,
        `  data.transform in ${file}, line 3: is {"plain":{"inputSize":32}} in the experiment's file, and can only be changed there`,
        `  hyperparameters.lrr in ${file}, line 7: unknown option; did you mean lr?`,
        `  hyperparameters.lr in ${file}, line 8: must be at least 0, not -1`,
        'Run with --help to see all options.',
      ].join('\n'),
    );
  });

  it('leaves the transform to the code: the command line has no option for it', () => {
    expect(() => resolveConfig(Tiny, ['--data.transform', 'plain'])).toThrow(
      /--data\.transform: unknown option/,
    );
  });
});
