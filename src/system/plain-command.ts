import type { Command, CommanderError } from 'commander';
import { writeLines } from './output';
import { shown } from './shown';

/** The exit code of a wrong command line, as with experiments. */
const USAGE_CODE = 2;

/**
 * Makes a command behave like experiments: help with `-h` and `--help`, an error as one sentence with what to do,
 * followed by exit code 2.
 *
 * @param command its name is what the user types: `fulgur init`.
 */
export function plainCommand(command: Command): Command {
  return command
    .helpOption('-h, --help', 'show this text')
    .configureOutput({ outputError: () => undefined })
    .exitOverride((error) => {
      if (error.exitCode === 0) process.exit(0);
      const advice = `Run '${command.name()} --help' to see its options.`;
      writeLines(process.stderr, [`Error: ${shown(sentenceOf(error, command))} ${advice}`]);
      process.exit(USAGE_CODE);
    });
}

/** The two lines of a commander error, `error: unknown option '--jsn'` and `(Did you mean --json?)`. */
function sentenceOf({ code, message }: CommanderError, command: Command): string {
  const [first = '', ...others] = message.replace(/^error: /, '').split('\n');
  if (code === 'commander.excessArguments') {
    const words = command.args.slice(command.registeredArguments.length).map((word) => `'${word}'`);
    return `'${command.name()}' does not take ${words.join(', ')}.`;
  }
  if (code === 'commander.missingArgument') return `'${command.name()}' lacks its ${quoted(first)}.`;
  const sentence = first.replace(/^./, (letter) => letter.toUpperCase()).replace(/\.?$/, '.');
  return [sentence, ...others.map((line) => line.replace(/^\((.*)\)$/, '$1'))].join(' ');
}

/** Returns `folder` from `missing required argument 'folder'`. */
function quoted(text: string): string {
  return /'(.*)'/.exec(text)?.[1] ?? text;
}
