import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { effectOf } from '../../src/config/option';
import { dataSchema, runSchema, trainerSchema } from '../../src/contracts';

const page = readFileSync(join(__dirname, '../../docs/resuming.md'), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| '));

/** Words that identify the row of an effect. */
const told = {
  position: 'different samples would come next',
  numbers: 'every update would be different',
  hyperparameter: 'accepted, with a warning |',
  rounding: 'last bits of numbers',
  source: 'the data itself is compared',
  free: 'accepted, and printed',
  own: 'belong to one start',
} as const;

const options = [
  ...Object.keys(trainerSchema.shape).map((name) => `trainer.${name}`),
  ...Object.keys(dataSchema.shape).map((name) => `data.${name}`),
  ...Object.keys(runSchema.shape),
];

it.each(options)('%s is listed only in the row of its effect', (path) => {
  const found = rows.filter((row) => row.includes(`\`${path}\``));
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(told[effectOf(path)]);
});
