import type { ResolvedConfig } from '../config';
import { checkPlugins, compose } from '../container';
import type { Composition } from '../container';
import { tokens } from '../contracts';
import type { Notify, PluginDescriptor, RunEventBus, RunSettings, ViewBatch } from '../contracts';
import { prepareData } from '../data';
import type { PreparedData } from '../data';
import { start } from '../engine';
import { FulgurError, messageOf } from '../errors';
import { constructExperiment, experimentDefinition } from '../metadata';
import type { ExperimentClass } from '../metadata';
import { TrainingModule, writeRunRecord } from '../trainer';
import type { FitResult, ResumeFrom } from '../trainer';
import { environmentRecord } from './environment-record';
import type { Interruption } from './interruption';
import { openRunPlace } from './run-place';
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

/** Runs a configured experiment, from the start of the engine to the end of the last thread. */
export async function executeRun(request: RunRequest): Promise<FitResult> {
  const { experiment, config, notify } = request;
  const { accelerator, threads } = config.trainer;
  const { plugins = [] } = experimentDefinition(experiment);
  checkExperiment(experiment, config);
  checkPlugins(config.name, plugins);
  if (config.resume !== null) requireReader(config.name, config.resume, plugins);
  // What --resume names is looked for before anything is installed or downloaded; a new folder is made only after it.
  let place = config.resume === null ? null : openRunPlace(config);
  let data: PreparedData | null = null;
  try {
    await start({
      seed: config.seed,
      accelerator,
      ...(threads === null ? {} : { threads }),
      onProgress: (line) => notify('info', line),
    });
    data = await prepareData(config.data, { seed: config.seed, onMessage: notify });
    place ??= openRunPlace(config);
    return await fit(request, data, place);
  } finally {
    try {
      await data?.train.close();
    } finally {
      place?.close();
    }
  }
}

async function fit(request: RunRequest, data: PreparedData, { folder }: RunPlace): Promise<FitResult> {
  const { experiment, config, events, args, interruption } = request;
  const { plugins = [] } = experimentDefinition(experiment);
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
      plugins,
    }));
    const resumeFrom: ResumeFrom | undefined =
      config.resume === null ? undefined : await checkpointReader?.read(config.resume);
    writeRunRecord(folder, {
      config: config.toJson(),
      hyperparameters: config.hyperparameters,
      environment: await environmentRecord(data.info, args, resumeFrom?.path ?? null),
    });
    return await interruption.during(trainer, () => trainer.fit(module, data.train, { resumeFrom }));
  } finally {
    await composition?.dispose();
    module.dispose();
  }
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

function requireReader(experiment: string, resume: string, plugins: readonly PluginDescriptor[]): void {
  if (plugins.some(({ provides }) => provides.includes(tokens.checkpointReader))) return;
  throw new FulgurError('config', {
    what: `'--resume ${resume}' was given, and no plugin of '${experiment}' reads checkpoints.`,
    fix: 'Add checkpointing() to the plugins of the experiment.',
  });
}
