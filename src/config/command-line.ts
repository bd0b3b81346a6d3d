import { Command, Help } from 'commander';
import type { CommandWords, Selector } from '../contracts';
import { shown } from '../system';
import { choicesOf } from './option';
import type { Option } from './option';
import { listed, nearestChoice } from './problems';
import type { Problem } from './problems';

/** A parsed command line, before it is checked. */
export interface CommandLine {
  /** Option paths with their texts, in order; `true` for an option without a value. */
  readonly given: readonly (readonly [path: string, text: string | true])[];
  /** Words that are not options. */
  readonly stray: readonly string[];
}

/** A request to print a text and exit. */
export class PrintAndExit extends Error {
  constructor(readonly text: string) {
    super('print and exit');
  }
}

/** The arguments of this process, without Node and the script. */
export function processArguments(): readonly string[] {
  return process.argv.slice(2);
}

/** The script that this process runs, or `null` for none. */
export function processFile(): string | null {
  return process.argv[1] ?? null;
}

/**
 * The start of this process's command line, without the script's arguments: Node, its options (ts-node among them) and
 * the script.
 */
export function processCommand(): readonly string[] {
  return [process.execPath, ...process.execArgv, ...process.argv.slice(1, 2)];
}

/** Splits the command from the arguments; without a command's name, it is the first command. */
export function takeCommand<C extends CommandWords>(
  args: readonly string[],
  commands: readonly [C, ...C[]],
): { command: C; rest: readonly string[] } {
  const [first = '', ...rest] = args;
  const named = commands.find(({ name }) => name === first);
  return named === undefined ? { command: commands[0], rest: args } : { command: named, rest };
}

/** Reports a word that does not belong to any option: perhaps a command that is misspelt or not in first position. */
export function strayWord(word: string, args: readonly string[], commands: readonly CommandWords[]): Problem {
  const names = commands.map(({ name }) => name);
  if (names.includes(word)) return { where: word, what: 'a command must come before all options' };
  const command = word === args[0] ? nearestChoice(word, names) : null;
  const guess = command === null ? '' : `; did you mean ${command}?`;
  return { where: word, what: `this word does not belong to any option${guess}` };
}

/** What a selector is for, to tell users who pass it to another command. */
const usualCommands: Readonly<Record<Exclude<Selector, 'split'>, string>> = {
  resume: 'fits',
  checkpoint: 'evaluations such as test',
  untrained: 'evaluations such as probe',
  weights: 'evaluations such as test',
};

/** Reports weights and samples that are selected by an option of another command, or twice. */
export function misplacedSelectors(
  { selectors }: CommandWords,
  commands: readonly CommandWords[],
  values: ReadonlyMap<string, unknown>,
): Problem[] {
  const isGiven = (selector: Selector): boolean => !isAbsent(values.get(selector));
  const names: readonly Selector[] = ['resume', 'checkpoint', 'untrained', 'weights', 'split'];
  const refused = names.flatMap((selector): Problem[] => {
    const words = selectors[selector];
    if (words === true || !isGiven(selector)) return [];
    const takers = commands.filter((one) => one.selectors[selector] === true).map(({ name }) => name);
    const meant = selector === 'split' ? listed(takers) : usualCommands[selector];
    return [{ where: `--${selector}`, what: `is for ${meant}; ${words}` }];
  });
  const isUntrained = selectors.untrained === true && isGiven('untrained');
  const conflicts = [
    ...(isUntrained && isGiven('checkpoint')
      ? [
          {
            where: '--untrained',
            what: 'means random weights, but --checkpoint names others; give only one of them',
          },
        ]
      : []),
    ...(isUntrained && values.get('weights') === 'averaged'
      ? [
          {
            where: '--weights',
            what: 'asks for the averages of a checkpoint, but random weights have none',
          },
        ]
      : []),
  ];
  return [...refused, ...conflicts];
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === false;
}

/** Splits arguments into options and stray words: `--path value`, `--path=value`, `--path`, `--no-path`, `-h` for `--help`. */
export function parseArguments(args: readonly string[]): CommandLine {
  const given: [string, string | true][] = [];
  const stray: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const word = args[index] ?? '';
    if (word === '-h') {
      given.push(['help', true]);
      continue;
    }
    if (!word.startsWith('--') || word === '--') {
      stray.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    if (equals > 0) {
      given.push([word.slice(2, equals), word.slice(equals + 1)]);
      continue;
    }
    const next = args[index + 1];
    if (next !== undefined && (!next.startsWith('--') || next === '--')) {
      given.push([word.slice(2), next]);
      index += 1;
    } else {
      given.push(word.startsWith('--no-') ? [word.slice(5), 'false'] : [word.slice(2), true]);
    }
  }
  return { given, stray };
}

/** Returns the text of `--help`: every option with its default, in groups. */
export function helpText(
  { name, help, program }: { readonly name: string; readonly help?: string; readonly program: string | null },
  commands: readonly CommandWords[],
  options: readonly Option[],
  defaults: ReadonlyMap<string, unknown>,
): string {
  const width = Math.max(...commands.map((command) => command.name.length)) + 2;
  const parser = new Command(program ?? name)
    .usage(`[${commands.map((command) => command.name).join('|')}] [options]`)
    .description(
      [
        `Runs the experiment '${name}'${help === undefined ? '' : `: ${help}`}.`,
        '',
        ...commands.map((command) => `  ${command.name.padEnd(width)}${hang(command.help, width + 2)}`),
      ].join('\n'),
    )
    .configureOutput({ writeOut: () => undefined });
  for (const { path, group, help, schema } of options) {
    parser.optionsGroup(`${group}:`);
    const choices = choicesOf(schema);
    const value = defaults.get(path) ?? null;
    const initial = typeof value === 'string' ? value : JSON.stringify(value);
    const facts = [
      ...(choices === null ? [] : [`choices: ${choices.join(', ')}`]),
      value === null ? 'not set' : `default: ${initial}`,
    ];
    parser.option(`--${path} <value>`, `${help} (${facts.join('; ')})`.trim());
  }
  parser.option('--config <file>', 'YAML file with options; the command line takes precedence');
  parser.option('--version', "show Fulgur's version");
  parser.helpOption('-h, --help', 'show this text');
  return parser.helpInformation().split('\n').map(shown).join('\n');
}

/** Breaks a text into lines that all begin in the same column. */
function hang(text: string, column: number): string {
  const columns = (process.stdout.isTTY ? process.stdout.columns : 0) || 80;
  return new Help().boxWrap(text, columns - column).replaceAll('\n', `\n${' '.repeat(column)}`);
}
