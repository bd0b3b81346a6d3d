import type { ResolvedConfig } from '../config';
import { checkPlugins, compose } from '../container';
import type { Composition } from '../container';
import { tokens } from '../contracts';
import type { DataOptions, Notify, AnyPlugin, RunEventBus, RunSettings, ViewBatch } from '../contracts';
import { prepareData } from '../data';
import type { PreparedData } from '../data';
import { start } from '../engine';
import { FulgurError, messageOf } from '../errors';
import { constructExperiment, experimentDefinition } from '../metadata';
import type { ExperimentClass } from '../metadata';
import { TrainingModule, writeRunRecord } from '../trainer';
import type { EvaluationResult, FitResult } from '../trainer';
import { measureOverhead } from './barebones';
import type { CommandParts } from './command-parts';
import { environmentRecord } from './environment-record';
import { evaluate } from './evaluate';
import type { Interruption } from './interruption';
import { judgeFeatures } from './judge-features';
import { openRunPlace, settleResume } from './run-place';
import type { RunPlace } from './run-place';

/** An experiment to run, and what connects it to its process. */
export interface RunRequest {
  readonly experiment: ExperimentClass<TrainingModule<ViewBatch>>;
  readonly config: ResolvedConfig;
  readonly args: readonly string[];
  readonly events: RunEventBus;
  readonly notify: Notify;
  readonly interruption: Interruption;
}

/** How a run ended: a fit, or an evaluation. */
export type RunResult = FitResult | EvaluationResult;

/** Runs a configured experiment, from the start of the engine to the end of the last thread. */
export async function executeRun(given: RunRequest): Promise<RunResult> {
  const request = { ...given, config: settleResume(given.config) };
  const { experiment, config, notify } = request;
  const { accelerator, threads } = config.trainer;
  const plugins = pluginsOf(request);
  const selector = config.resume ?? config.checkpoint;
  checkExperiment(experiment, config);
  checkPlugins(config.name, plugins);
  if (selector !== null) requireReader(config, selector, plugins);
  // A checkpoint is looked for before anything is installed or downloaded; a new folder is made only after it.
  let place = selector === null ? null : await openRunPlace(config);
  let data: PreparedData | null = null;
  try {
    await start({
      seed: config.seed,
      accelerator,
      ...(threads === null ? {} : { threads }),
      onProgress: (line) => notify('info', line),
    });
    data = await prepareData(dataOptions(config), {
      seed: config.seed,
      onMessage: notify,
      warmUp: config.command === 'fit',
    });
    place ??= await openRunPlace(config);
    return await runInPlace(request, data, place);
  } finally {
    try {
      await data?.train.close();
    } finally {
      await place?.close();
    }
  }
}

async function runInPlace(request: RunRequest, data: PreparedData, { folder }: RunPlace): Promise<RunResult> {
  const { experiment, config, events } = request;
  const module = buildModule(experiment, config);
  let composition: Composition | null = null;
  try {
    const { trainer, checkpointReader } = (composition = compose({
      settings: settingsOf(config),
      trainerOptions: config.trainer,
      events,
      folder,
      data: { name: data.info.name, batchSize: data.info.batchSize },
      evaluation: data.evaluation,
      module,
      plugins: pluginsOf(request),
    }));
    const selector = config.resume ?? config.checkpoint;
    const from = selector === null ? undefined : await checkpointReader?.read(selector);
    const parts: CommandParts = { ...request, module, data, folder, trainer, from };
    return await obey(parts);
  } finally {
    await composition?.dispose();
    module.dispose();
  }
}

function obey(parts: CommandParts): Promise<RunResult> {
  const { command } = parts.config;
  if (command === 'fit') return fit(parts);
  return command === 'probe' || command === 'knn' ? judgeFeatures(command, parts) : evaluate(command, parts);
}

async function fit(parts: CommandParts): Promise<FitResult> {
  const { config, data, folder, args, trainer, module, from, events, interruption } = parts;
  writeRunRecord(folder, {
    config: config.toJson(),
    hyperparameters: config.hyperparameters,
    environment: await environmentRecord(data.info, args, from?.path ?? null),
  });
  const overhead = config.trainer.barebones ? measureOverhead(events) : null;
  const validates = module.validationStep !== undefined && config.trainer.limitValBatches !== 0;
  const validation = validates ? await data.heldOut() : undefined;
  try {
    return await interruption.during(trainer, () =>
      trainer.fit(module, data.train, { resumeFrom: from, validation }),
    );
  } finally {
    overhead?.report();
    await validation?.close();
  }
}

/** A barebones run is nothing but training. */
function pluginsOf({ experiment, config }: RunRequest): readonly AnyPlugin[] {
  return config.trainer.barebones ? [] : (experimentDefinition(experiment).plugins ?? []);
}

/** To overfit on the same batches in each epoch, their order must stand still. */
function dataOptions({ data, trainer }: ResolvedConfig): DataOptions {
  return trainer.overfitBatches === null ? data : { ...data, shuffle: false };
}

function buildModule(
  experiment: RunRequest['experiment'],
  { name, hyperparameters }: ResolvedConfig,
): TrainingModule<ViewBatch> {
  try {
    return constructExperiment(experiment, hyperparameters);
  } catch (error) {
    if (error instanceof FulgurError) throw error;
    throw new FulgurError('module', {
      what: `The experiment '${name}' could not be built: ${messageOf(error)}.`,
      fix: `Correct the fields and the constructor of ${experiment.name}.`,
      cause: error,
    });
  }
}

function settingsOf({ name, seed, resume, hyperparameters, trainer, toJson }: ResolvedConfig): RunSettings {
  return {
    experiment: name,
    seed,
    hyperparameters,
    resume,
    config: toJson(),
    enableProgressBar: trainer.enableProgressBar,
    enableCheckpointing: trainer.enableCheckpointing && trainer.fastDevRun === false,
    logEveryNSteps: trainer.logEveryNSteps,
  };
}

/** For JavaScript: the type checker knows. */
function checkExperiment(experiment: ExperimentClass, { name }: ResolvedConfig): void {
  if (experiment.prototype instanceof TrainingModule) return;
  throw new FulgurError('module', {
    what: `The experiment '${name}' is a class that extends no TrainingModule.`,
    fix: `Write class ${experiment.name} extends TrainingModule.`,
  });
}

function requireReader(
  { name, command, trainer }: ResolvedConfig,
  selector: string,
  plugins: readonly AnyPlugin[],
): void {
  if (plugins.some(({ provides }) => provides.includes(tokens.checkpointReader))) return;
  const wanted = command === 'fit' ? `'--resume ${selector}'` : `The checkpoint '${selector}'`;
  throw new FulgurError('config', {
    what: `${wanted} was given, and no plugin of '${name}' reads checkpoints.`,
    fix: trainer.barebones
      ? 'Leave out --trainer.barebones, which takes all plugins away.'
      : 'Add checkpointing() to the plugins of the experiment.',
  });
}
