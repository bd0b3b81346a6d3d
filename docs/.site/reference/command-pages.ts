import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { allOptions } from '../../../src/config/option';
import type { CommandWords } from '../../../src/contracts';
import { builtInCommands } from '../../../src/run/commands';
import { commandNames } from '../../../src/cli';
import { docs, root } from '../paths';
import type { Pages } from './api-pages';
import { block, page, paragraphs } from './markdown';
import { optionTable } from './option-pages';

/** Commands of experiments, and those of `fulgur`. */
export async function commandPages(): Promise<Pages> {
  const [words, ...ofEach] = await Promise.all([helpOf([]), ...commandNames.map((name) => helpOf([name]))]);
  return new Map([
    ['commands', experimentCommandsPage()],
    [
      'fulgur',
      page(
        'The command fulgur',
        'What each command prints for `--help`.',
        block(words, 'text'),
        ...commandNames.map((name, index) =>
          paragraphs(`## fulgur ${name}`, block(ofEach[index] ?? '', 'text')),
        ),
      ),
    ],
  ]);
}

/** Commands of every experiment, with their options. */
export function experimentCommandsPage(): string {
  const examples = examplesInGuides();
  const sections = builtInCommands.map((command) => commandSection(command, examples));
  return page(
    'Commands of experiments',
    'The first word after the experiment’s file names the command: `npx ts-node experiment.ts knn`. Without a word it is `fit`. Options of a command are written `--knn.k 20`; behind the command’s name `--k 20` is enough.',
    ...sections,
  );
}

function commandSection(command: CommandWords, examples: readonly Example[]): string {
  const own = allOptions([], {}, [command]).filter(({ path }) => path.startsWith(`${command.name}.`));
  const taken = Object.entries(command.selectors).filter(([, words]) => words === true);
  const found = examples
    .filter(({ line }) => new RegExp(`\\.ts ${command.name}( |$)`).test(line))
    .slice(0, 3);
  const lines =
    found.length > 0 ? found : [{ line: `npx ts-node experiments/fastsiam.ts ${command.name}`, guide: null }];
  const guides = [...new Set(found.flatMap(({ guide }) => (guide === null ? [] : [guide])))];
  return paragraphs(
    `## ${command.name}`,
    `${command.help.charAt(0).toUpperCase()}${command.help.slice(1)}.`,
    block(lines.map(({ line }) => line).join('\n'), 'bash'),
    guides.length === 0 ? '' : `Guide: ${guides.map((guide) => `[${guide}](../${guide}.md)`).join(', ')}.`,
    taken.length === 0 ? '' : `Takes ${taken.map(([name]) => `\`--${name}\``).join(', ')}${facts(command)}.`,
    optionTable(own, { withEffect: false }),
  );
}

function facts({ selectors, defaultCheckpoint, defaultSplit }: CommandWords): string {
  const checkpoint =
    selectors.checkpoint === true ? `; without one the checkpoint is ${defaultCheckpoint ?? 'none'}` : '';
  return selectors.split === true ? `${checkpoint}, and the split \`${defaultSplit}\`` : checkpoint;
}

interface Example {
  readonly line: string;
  readonly guide: string | null;
}

/** Commands as the guides write them, in blocks of shell code. */
function examplesInGuides(): Example[] {
  const guides = readdirSync(docs).filter((name) => name.endsWith('.md'));
  return guides.flatMap((name) => {
    const text = readFileSync(join(docs, name), 'utf8');
    const blocks = [...text.matchAll(/```bash\n([\s\S]*?)```/g)].map(([, body = '']) => body);
    const lines = blocks.flatMap((body) => body.replace(/\\\n\s*/g, '').split('\n'));
    return lines
      .filter((line) => line.startsWith('npx ts-node experiments/'))
      .map((line) => ({ line: line.trimEnd(), guide: name.slice(0, -'.md'.length) }));
  });
}

async function helpOf(words: readonly string[]): Promise<string> {
  const main = join(root, 'src/cli/main.ts');
  const args = [join(root, 'node_modules/ts-node/dist/bin.js'), main, ...words, '--help'];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', COLUMNS: '100' },
  });
  return stdout.trimEnd();
}
