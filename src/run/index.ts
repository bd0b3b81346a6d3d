import {
  isMainFile,
  oldNodeWarning,
  PrintAndExit,
  processArguments,
  processVariables,
  slurmJob,
} from '../config';
import type { Notify } from '../contracts';
import { LostRanksError } from '../engine';
import { describesCluster, findWorld, followLauncher, isLaunched, tellLauncher } from '../launch';
import type { ExperimentClass } from '../metadata';
import { SharedFailure } from '../strategy';
import { guardProcessOutput, writeLines, writeText } from '../system';
import type { TrainingModule } from '../trainer';
import { commandOf } from './commands';
import { configureRun } from './configure';
import { dataWords } from './data-of-path';
import { watchForEmptyLoop } from './empty-loop';
import { executeRun } from './execute';
import { Interruption, requeueJob } from './interruption';
import { MessageFallback, exitCodeOf, explainError } from './messages';
import { launchRanks, localRanks } from './ranks';
import { isLooking } from './load/looking';
import type { Caller, CommandResult } from './scope';

export { dataWords } from './data-of-path';
export { Encoder } from './load/encoder';
export type { EncodableImage } from './load/encoder';
export { load } from './load/load';
export type { LoadEncoderOptions } from './load/load';
export { shippedExperiment, shippedExperiments } from './shipped-experiments';
export { defineCommand } from './command';
export type { Command, CommandDefinition } from './command';
export type { Caller, CommandResult, CommandScope, Findings, Inspection } from './scope';

/** Options of `run`. */
export interface RunOptions {
  /** Options as separate words, such as `['--trainer.maxEpochs', '1']` (default: this process's command line). */
  readonly args?: readonly string[];
  /**
   * The calling file, as `import.meta.url`, `import.meta.filename` or `__filename`: nothing is done if this process was
   * started with another file, which only imports the experiment. In CommonJS, `if (require.main === module)` has the
   * same effect.
   */
  readonly ifMain?: string;
  /** The command that runs the experiment by its name (default: none, it is run by its file). */
  readonly caller?: Caller;
}

/**
 * Runs an experiment as a command: reads the command line, trains or evaluates, and writes to the run's folder. The
 * promise never rejects: an error is printed. The process's exit code is 0, 1 after an error, 2 for invalid options,
 * 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP and 138 after Slurm's SIGUSR1.
 *
 * With several devices (`--devices 2`), this process starts and watches one process per device, with the same command
 * line. In a cluster (TF_CONFIG, torchrun, Slurm), it is one of the ranks, and ends with the run.
 *
 * @example if (require.main === module) void run(FastSiam); // in CommonJS
 * @example void run(FastSiam, { ifMain: import.meta.url }); // in an ES module
 * @returns how the fit or the evaluation ended; `null` after an error, `--help` and `--version`, if other processes did
 *   the work, and if `ifMain` is not the file with which this process was started.
 */
export async function run(
  experiment: ExperimentClass<TrainingModule<unknown>>,
  { args: given = processArguments(), caller, ifMain }: RunOptions = {},
): Promise<CommandResult | null> {
  if (isLooking() || (ifMain !== undefined && !isMainFile(ifMain))) return null;
  guardProcessOutput();
  let rank = 0;
  let isRank = false;
  const events = new MessageFallback((level, text) => {
    // All ranks print much the same messages, but a warning may concern one rank only.
    if (rank > 0 && level !== 'warning') return;
    writeLines(process.stderr, [level === 'warning' ? `WARNING: ${text}` : text]);
  });
  const notify: Notify = (level, text) => {
    events.emit('message', level, text);
  };
  const job = slurmJob();
  const interruption = new Interruption(notify, {
    // Slurm signals every task, but the job is requeued once.
    requeue:
      job === null
        ? null
        : async () => {
            if (rank === 0) await requeueJob(job, notify);
          },
  });
  const stopListening = interruption.listen();
  const stopWatching = watchForEmptyLoop(reportError);
  try {
    if (!isLaunched()) warnOfOldNode(notify);
    // New images are given by their path, which the run's own data set would ignore.
    const args = ['embed', 'neighbours'].includes(given[0] ?? '') ? [...given, ...dataWords(given)] : given;
    const config = await configureRun(experiment, args, caller);
    const { startWithoutRun } = commandOf(experiment, config);
    if (startWithoutRun !== null) {
      const { name, options, trainer } = config;
      return await startWithoutRun({ name, root: trainer.defaultRootDir, notify }, options);
    }
    const variables = processVariables();
    const inCluster = describesCluster(variables);
    const ranks = inCluster ? 1 : await localRanks(config, notify);
    if (ranks > 1) {
      stopListening();
      const underSlurm = job !== null;
      process.exitCode = await launchRanks({ experiment, config, args, caller, notify, ranks, underSlurm });
      return null;
    }
    if (inCluster) followLauncher((signal) => interruption.receive(signal));
    const world = await findWorld(variables, { joinSeconds: config.cluster.joinSeconds });
    rank = world?.rank ?? 0;
    isRank = world !== null;
    const result = await executeRun(
      {
        experiment,
        config,
        args: [...(caller?.words ?? []), ...args],
        caller,
        events,
        notify,
        interruption,
        world,
      },
      (path) => tellLauncher({ kind: 'run-folder', path }),
    );
    process.exitCode = result.status === 'interrupted' ? (interruption.exitCode ?? 1) : 0;
    await interruption.finish();
    return result;
  } catch (error) {
    if (error instanceof PrintAndExit) {
      writeText(process.stdout, `${error.text}\n`);
      process.exitCode = 0;
    } else {
      if (error instanceof LostRanksError) tellLauncher({ kind: 'lost', ranks: error.lost });
      if (rank > 0 && error instanceof SharedFailure) process.exitCode = exitCodeOf(error);
      else reportError(error);
    }
    return null;
  } finally {
    stopListening();
    stopWatching();
    // Hanging exchanges would keep the process alive.
    if (isRank) process.exit();
  }
}

/** Prints what was thrown, and sets the exit code of this process accordingly. */
export function reportError(error: unknown): void {
  writeText(process.stderr, `${explainError(error)}\n`);
  process.exitCode = exitCodeOf(error);
}

function warnOfOldNode(notify: Notify): void {
  const warning = oldNodeWarning();
  if (warning !== null) notify('warning', warning);
}
