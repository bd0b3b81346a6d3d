import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { killRun } from '../../bench/kills';
import { remainsOf } from '../../bench/kills/remains';
import { RandomStream } from '../../src';
import { temporaryFolder } from './child';

const cwd = temporaryFolder();
const short = ['--trainer.maxEpochs', '2'];

function folder(name: string): string {
  mkdirSync(join(cwd, name));
  return join(cwd, name);
}

it('a run that is killed at random moments ends with the same bits as one that is not', async () => {
  // Another seed each time: what fails says it.
  const seed = Date.now() % 100_000;
  const draw = new RandomStream(seed, 'shuffle');
  const [whole, killed] = [folder('whole'), folder('killed')];
  await killRun(whole, ['--data.workers', '1', ...short], 0, draw);
  const endings = await killRun(killed, ['--data.workers', '2', ...short], 2, draw);
  expect(endings.at(-1)).toMatchObject({ killedIn: null, code: 0 });
  expect({ seed, remains: remainsOf(killed) }).toEqual({ seed, remains: remainsOf(whole) });
}, 180_000);
