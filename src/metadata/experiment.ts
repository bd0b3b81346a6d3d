import 'reflect-metadata';
import type { DataOptions, PluginDescriptor, TrainerOptions } from '../contracts';
import { FulgurError } from '../errors';

/** A class that can be run. */
export type ExperimentClass<T extends object = object> = new () => T;

/** What an experiment declares about itself; all but the name has defaults. */
export interface ExperimentDefinition {
  /** Names the run's folder. */
  readonly name: string;
  readonly seed?: number;
  readonly trainer?: Partial<TrainerOptions>;
  /** The data, or another experiment, whose data are taken. */
  readonly data?: Partial<DataOptions> | ExperimentClass;
  /** In the order in which their hooks run. */
  readonly plugins?: readonly PluginDescriptor[];
}

const key = Symbol('fulgur:experiment');

/**
 * Declares a training module as an experiment that `run` can run.
 *
 * @example
 * @Experiment({ name: 'fastsiam', trainer: { maxEpochs: 10 }, data: { name: 'cifar10' }, plugins: [progressBar()] })
 * class FastSiam extends TrainingModule<ViewBatch> { ... }
 */
export function Experiment(definition: ExperimentDefinition): ClassDecorator {
  return (target) => Reflect.defineMetadata(key, definition, target);
}

/**
 * What `@Experiment` recorded of a class.
 *
 * @throws FulgurError `config` for a class without the decorator
 */
export function experimentDefinition(experiment: ExperimentClass): ExperimentDefinition {
  const definition = Reflect.getOwnMetadata(key, experiment) as ExperimentDefinition | undefined;
  if (definition !== undefined) return definition;
  throw new FulgurError('config', {
    what: `The class '${experiment.name}' is no experiment.`,
    fix: `Write @Experiment({ name: '...' }) above it.`,
  });
}

/** An experiment's data, with references to other experiments followed. */
export function experimentData(experiment: ExperimentClass): Partial<DataOptions> {
  const { data = {} } = experimentDefinition(experiment);
  return typeof data === 'function' ? experimentData(data) : data;
}
