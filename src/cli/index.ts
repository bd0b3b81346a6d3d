import { createRequire } from 'node:module';
import { Command } from 'commander';
import { fulgurVersion } from '../config/versions';
import { suggestion } from '../errors';
import { guardProcessOutput, plainCommand, writeLines, writeText } from '../system';
import type * as doctorModule from '../doctor';
import type * as initModule from './init';
import type * as listModule from './list';
import type * as reportModule from './report';
import type * as trainModule from './train';

/** Each command's code is loaded only when the command is used: `--help` and `--version` need none of it. */
const load = createRequire(__filename);

interface Entry {
  readonly name: string;
  readonly usage: string;
  readonly help: string;
  /** Receives the words after the command. Sets the process's exit code and never rejects. */
  readonly run: (words: readonly string[]) => Promise<void>;
}

const entries: readonly Entry[] = [
  {
    name: 'train',
    usage: '<experiment> [options]',
    help: 'run an experiment shipped with Fulgur, for example on a folder of images: fulgur train fastsiam --data.path photos',
    run: (words) => (load('./train') as typeof trainModule).train(words),
  },
  {
    name: 'init',
    usage: '<folder>',
    help: 'create a project with one experiment and its test',
    run: (words) => (load('./init') as typeof initModule).init(words),
  },
  {
    name: 'list',
    usage: '',
    help: 'show the experiments, data sets and plugins shipped with Fulgur',
    run: (words) => (load('./list') as typeof listModule).list(words),
  },
  {
    name: 'report',
    usage: '<run> [options]',
    help: 'write a report of finished runs as one HTML file: fulgur report runs/fastsiam/version_0',
    run: (words) => (load('./report') as typeof reportModule).reportRuns(words),
  },
  {
    name: 'doctor',
    usage: '[options]',
    help: 'check this machine; installs TensorFlow if it is missing',
    run: (words) => (load('../doctor') as typeof doctorModule).doctor(words),
  },
];

/** The commands of `fulgur`, in the order of `--help`. */
export const commandNames: readonly string[] = entries.map(({ name }) => name);

/** A wrong command line, as with experiments. */
const USAGE_CODE = 2;

/** Runs the command line of this process: `fulgur <command>`. Never rejects. */
export async function fulgur(): Promise<void> {
  guardProcessOutput();
  await program().parseAsync();
}

function program(): Command {
  const top = plainCommand(new Command('fulgur'))
    .description('Declarative experiments for self-supervised learning.')
    .argument('[command]')
    .usage('<command> [options]')
    .helpCommand(false)
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` })
    .version(fulgurVersion(), '--version', "show Fulgur's version")
    .enablePositionalOptions()
    .action((name?: string) => (name === undefined ? sayHelp(top) : sayUnknown(name)));
  for (const { name, usage, help, run } of entries) {
    top
      .command(name)
      .usage(usage)
      .description(help)
      .argument('[words...]')
      .helpOption(false)
      .allowUnknownOption()
      .passThroughOptions()
      .action((words: readonly string[]) => run(words));
  }
  return top;
}

function sayHelp(top: Command): void {
  writeText(process.stdout, top.helpInformation());
}

function sayUnknown(name: string): void {
  const advice = `${suggestion(name, commandNames)}Run 'fulgur --help' to see all commands.`;
  writeLines(process.stderr, [`Error: Unknown command '${name}'. ${advice}`]);
  process.exitCode = USAGE_CODE;
}
