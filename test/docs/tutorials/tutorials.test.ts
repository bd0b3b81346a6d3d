import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runTutorial } from './run-tutorial';

const folder = resolve(__dirname, '../../../docs/tutorials');
const pages = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'index.md');

it.each(pages)(
  '%s does what it says, from its first command to its last',
  async (name) => {
    await runTutorial(readFileSync(join(folder, name), 'utf8'));
  },
  300_000,
);
