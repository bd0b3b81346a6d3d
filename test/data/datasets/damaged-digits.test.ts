import { dirname, join } from 'node:path';
import { openDigits } from '../../../src/data/datasets/digits';
import type * as system from '../../../src/system';

jest.mock('../../../src/system', () => ({
  ...jest.requireActual<typeof system>('../../../src/system'),
  readRegularFile: jest.fn(() => Promise.reject(new Error('the disk has a bad sector'))),
}));

it('reports damaged digits with their file, and what to do in a checkout and in a project', async () => {
  const file = join(dirname(require.resolve('mnist/package.json')), 'src', 'digits', '0.json');
  const error = await openDigits('train').catch((thrown: unknown) => thrown);
  expect((error as Error).message).toBe(
    `The embedded digits cannot be read from ${file}: the disk has a bad sector. ` +
      "Delete the folder node_modules, and run 'npm install'.",
  );
});
