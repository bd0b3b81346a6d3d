import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dataSchema, runSchema, trainerSchema } from '../../src/contracts';
import { knnSchema, probeSchema } from '../../src/evaluation';
import { fulgurVersion } from '../../src/config';
import { runChild, small, temporaryFolder } from './child';

const cwd = temporaryFolder();

describe('the command line of an experiment', () => {
  it('shows every option with its default for --help, and trains nothing', async () => {
    const { code, output, errors } = await runChild(small, ['--help'], { cwd });
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const options = [
      ...['lr', 'pauseAfter', 'failure'],
      ...Object.keys(trainerSchema.shape).map((name) => `trainer.${name}`),
      ...Object.keys(dataSchema.shape)
        .filter((name) => !/transform|dataset|batches/i.test(name)) // These are given in code only.
        .map((name) => `data.${name}`),
      ...Object.keys(probeSchema.shape).map((name) => `probe.${name}`),
      ...Object.keys(knnSchema.shape).map((name) => `knn.${name}`),
      ...Object.keys(runSchema.shape),
    ];
    const lines = output.split('\n');
    const withoutDefault = options.filter(
      (path) =>
        !lines.some(
          (line) => line.startsWith(`  --${path} <value> `) && /(?:\(|; )(default: .+|not set)\)$/.test(line),
        ),
    );
    expect(withoutDefault).toEqual([]);
    expect(output).toMatch(/^ {2}--lr <value> +learning rate \(default: 0\.06\)$/m);
    expect(output).toMatch(
      /^ {2}--data\.batchSize <value> +samples per batch on each rank \(default: 16\)$/m,
    );
    expect(output).toMatch(/^ {2}--config <file> /m);
    expect(existsSync(join(cwd, 'runs'))).toBe(false);
  });

  it("prints Fulgur's version for --version", async () => {
    const { code, output, errors } = await runChild(small, ['--version'], { cwd });
    expect({ code, output, errors }).toEqual({ code: 0, output: `${fulgurVersion()}\n`, errors: '' });
  });

  it('names all invalid options at once, with the nearest names, and ends with code 2', async () => {
    const args = ['--trainer.maxEpoch', '3', '--lr', '-1', '--data.batchSize', 'many', '--failure=later'];
    const { code, output, errors } = await runChild(small, [...args, '--', 'more'], { cwd });
    expect(errors).toBe(
      [
        'Error: 6 options are invalid:',
        '  --: this word does not belong to any option',
        '  more: this word does not belong to any option',
        '  --trainer.maxEpoch: unknown option; did you mean trainer.maxEpochs?',
        '  --lr: must be at least 0, not -1',
        '  --data.batchSize: must be a whole number of samples, not "many"',
        '  --failure: must be one of none, constructor, step, nan, plugin, not "later"',
        'Run with --help to see all options.',
        '',
      ].join('\n'),
    );
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(existsSync(join(cwd, 'runs'))).toBe(false);
  });
});
