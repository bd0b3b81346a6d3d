import type { Command, CommanderError } from 'commander';
import { writeLines } from './output';
import { shown } from './shown';

/** A wrong command line, as with experiments. */
const USAGE_CODE = 2;

/**
 * Lets a command speak as experiments do: its help by `-h` and `--help`, an error as one sentence with what to do, and exit code 2
 * after it.
 *
 * @param command its name is what the user types: `fulgur init`.
 */
export function plainCommand(command: Command): Command {
  return command
    .helpOption('-h, --help', 'show this text')
    .configureOutput({ outputError: () => undefined })
    .exitOverride((error) => {
      if (error.exitCode === 0) process.exit(0);
      const advice = `Run '${command.name()} --help' to see what it takes.`;
      writeLines(process.stderr, [`Error: ${shown(sentenceOf(error, command))} ${advice}`]);
      process.exit(USAGE_CODE);
    });
}

/** What commander says over two lines, as `error: unknown option '--jsn'` and `(Did you mean --json?)`. */
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

/** `folder` of `missing required argument 'folder'`. */
function quoted(text: string): string {
  return /'(.*)'/.exec(text)?.[1] ?? text;
}
