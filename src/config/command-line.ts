import { Command } from 'commander';
import type { Command as RunCommand } from '../contracts';
import { choicesOf } from './choices';
import { shown } from '../system';
import type { Option } from './option';
import { nearestChoice } from './problems';
import type { Problem } from './problems';

/** What a command line says, before it is checked. */
export interface CommandLine {
  /** Option paths and their text, in order; `true` for an option without a value. */
  readonly given: readonly (readonly [path: string, text: string | true])[];
  /** Words that are no options. */
  readonly stray: readonly string[];
}

/** A request to print a text and end. */
export class PrintAndExit extends Error {
  constructor(readonly text: string) {
    super('print and exit');
  }
}

/** The arguments of this process, without Node and the file. */
export function processArguments(): readonly string[] {
  return process.argv.slice(2);
}

/** The file that this process runs, or `null` for none. */
export function processFile(): string | null {
  return process.argv[1] ?? null;
}

/** The command line of this process, without the words after the file: Node, its options (ts-node is one of them), the file. */
export function processCommand(): readonly string[] {
  return [process.execPath, ...process.execArgv, ...process.argv.slice(1, 2)];
}

/** What an experiment file can do, by the first word after it. */
const commands: Readonly<Record<RunCommand, string>> = {
  fit: 'train; also without a word',
  validate: 'run validationStep over held-out data',
  test: 'run testStep over held-out data',
  predict: 'write what predictStep gives for held-out data',
  probe: "judge the backbone's features by a linear classifier",
  knn: "judge the backbone's features by their nearest neighbours",
};

/** Takes the command off the arguments. */
export function takeCommand(args: readonly string[]): { command: RunCommand; rest: readonly string[] } {
  const [first = '', ...rest] = args;
  return isCommand(first) ? { command: first, rest } : { command: 'fit', rest: args };
}

/** A word that belongs to no option: perhaps a command that is misspelt, or not in the first place. */
export function strayWord(word: string, args: readonly string[]): Problem {
  if (isCommand(word)) return { where: word, what: 'a command stands before all options' };
  const command = word === args[0] ? nearestChoice(word, Object.keys(commands)) : null;
  const guess = command === null ? '' : `; did you mean ${command}?`;
  return { where: word, what: `this word belongs to no option${guess}` };
}

function isCommand(word: string): word is RunCommand {
  return Object.hasOwn(commands, word);
}

/** Weights that are named by the option of another command, or twice. */
export function misplacedSelectors(command: RunCommand, values: ReadonlyMap<string, unknown>): Problem[] {
  const isGiven = (path: string): boolean => ![undefined, null, false].includes(values.get(path) as never);
  const problem = (option: string, what: string): Problem[] =>
    isGiven(option) ? [{ where: `--${option}`, what }] : [];
  if (command === 'fit') {
    return [
      ...problem('checkpoint', 'is for evaluations such as test; a fit goes on with --resume'),
      ...problem('untrained', 'is for evaluations such as probe; a fit begins with random weights by itself'),
      ...problem('weights', 'is for evaluations such as test; what a fit evaluates, its plugins say'),
      ...problem('split', 'is for validate, test and predict; a fit learns from the train split'),
    ];
  }
  return [
    ...problem('resume', `is for fits; ${command} takes its weights from --checkpoint`),
    ...(isGiven('checkpoint')
      ? problem('untrained', 'means random weights, and --checkpoint others; give one of them')
      : []),
    ...(command === 'probe' || command === 'knn'
      ? problem(
          'split',
          `is for validate, test and predict; ${command} learns from train and is judged on test`,
        )
      : []),
    ...(isGiven('untrained') && values.get('weights') === 'averaged'
      ? problem('weights', 'names the averages of a checkpoint, and random weights have none')
      : []),
  ];
}

/** Splits arguments into options and stray words: `--path value`, `--path=value`, `--path`, `--no-path`. */
export function parseArguments(args: readonly string[]): CommandLine {
  const given: [string, string | true][] = [];
  const stray: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const word = args[index] ?? '';
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

/** The text of `--help`: every option with its default, in groups. */
export function helpText(
  name: string,
  options: readonly Option[],
  defaults: ReadonlyMap<string, unknown>,
): string {
  const command = new Command(name)
    .usage(`[${Object.keys(commands).join('|')}] [options]`)
    .description(
      [
        `Runs the experiment '${name}'.`,
        '',
        ...Object.entries(commands).map(([word, does]) => `  ${word.padEnd(9)} ${does}`),
      ].join('\n'),
    )
    .configureOutput({ writeOut: () => undefined });
  for (const { path, group, help, schema } of options) {
    command.optionsGroup(`${group}:`);
    const value = defaults.get(path) ?? null;
    const initial = typeof value === 'string' ? value : JSON.stringify(value);
    const facts = [...choicesText(schema), value === null ? 'not set' : `default: ${initial}`];
    command.option(`--${path} <value>`, `${help} (${facts.join('; ')})`.trim());
  }
  command.option('--config <file>', 'YAML file with options; the command line wins over it');
  command.option('--version', "show Fulgur's version");
  command.helpOption('--help', 'show this text');
  return command.helpInformation().split('\n').map(shown).join('\n');
}

function choicesText(schema: Option['schema']): string[] {
  const choices = choicesOf(schema);
  return choices === null ? [] : [`choices: ${choices.join(', ')}`];
}
