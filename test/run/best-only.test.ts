import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Child, runChild, temporaryFolder } from './child';

const cwd = temporaryFolder();
const experiment = 'test/run/experiments/best-only.ts';
const folder = join(cwd, 'runs', 'best-only', 'version_0');
const checkpoints = () => readdirSync(join(folder, 'checkpoints')).sort();

it('a run that keeps only its best checkpoints, by an infinite score, is interrupted, resumed and evaluated', async () => {
  const child = new Child(experiment, ['--pauseAfter', '3'], { cwd });
  await child.wrote('update 3\n');
  child.kill('SIGINT');
  const { code, output } = await child.ended;
  expect({ code, output }).toEqual({ code: 130, output });
  expect(output).toContain('Saved checkpoint e00-s0003-none (interrupted).\n');
  expect(checkpoints()).toEqual(['e00-s0003-none', 'last']);

  const resumed = await runChild(experiment, ['--resume', 'auto'], { cwd });
  expect({ code: resumed.code, errors: resumed.errors }).toEqual({ code: 0, errors: '' });
  expect(resumed.output).toContain(
    `Resumed from ${join(folder, 'checkpoints', 'e00-s0003-none')}: epoch 0, batch 3, step 3.`,
  );
  expect(resumed.output).not.toContain('damaged');
  const [kept = '', ...others] = checkpoints().filter((name) => name.startsWith('e'));
  expect([kept, others]).toEqual([expect.stringMatching(/^e0\d-s00(04|08|12)-inf$/), []]);
  const rows = readFileSync(join(folder, 'metrics.csv'), 'utf8').split('\n');
  expect(rows.slice(0, 2)).toEqual(['epoch,step,val/margin', '0,4,inf']);

  for (const checkpoint of ['last', 'best']) {
    const path = join('runs', 'best-only', 'version_0', 'checkpoints', checkpoint);
    const validated = await runChild(experiment, ['validate', '--checkpoint', path], { cwd });
    expect({ code: validated.code, errors: validated.errors }).toEqual({ code: 0, errors: '' });
    const result = readFileSync(join(folder, 'evaluations', `${kept}.validate.json`), 'utf8');
    expect(JSON.parse(result)).toMatchObject({
      checkpoint: join(folder, 'checkpoints', kept),
      metrics: { 'val/margin': 'Infinity' },
    });
  }
});

it('a run whose monitor is misspelt ends after its first validation, and keeps its progress', async () => {
  const args = ['--logged', 'val/margins', '--trainer.defaultRootDir', 'misspelt'];
  const { code, output, errors } = await runChild(experiment, args, { cwd });
  expect({ code, errors }).toEqual({
    code: 1,
    errors:
      "Error: Plugin 'checkpointing' failed in onTrainEpochEnd: checkpointing() ranks checkpoints by 'val/margin', which was not logged. " +
      "The logged metrics are val/margins. Did you mean 'val/margins'? Monitor a logged metric, or pass strict: false to wait for it.\n",
  });
  expect(output).toContain('Saved checkpoint e00-s0004-none (failure).\n');
  expect(readdirSync(join(cwd, 'misspelt/best-only/version_0/checkpoints')).sort()).toEqual([
    'e00-s0004-none',
    'last',
  ]);
});
