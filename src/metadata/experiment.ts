import 'reflect-metadata';
import type {
  AnyPlugin,
  BatchesDeclaration,
  CommandWords,
  DataOptions,
  TrainerOptions,
  ViewBatch,
} from '../contracts';
import { FulgurError } from '../errors';
import { requireTypeScriptForm } from './decorator-form';

/** A class that can be run. */
export type ExperimentClass<T extends object = object> = new () => T;

/**
 * The data of an experiment: a data set of images by name or as a value, or batches of the user's own.
 * @typeParam Batch the type of its batches: `ViewBatch` for images.
 */
export interface DataDefinition<Batch = unknown> extends Partial<Omit<DataOptions, 'batches'>> {
  readonly batches?: BatchesDeclaration<Batch> | null;
}

/** The declaration of an experiment; everything except the name has defaults. */
export interface ExperimentDefinition<
  Plugins extends readonly AnyPlugin[] = readonly AnyPlugin[],
  Batch = unknown,
> {
  /** The name of the run's folder. */
  readonly name: string;
  /** A line for `--help` and `fulgur list`. */
  readonly help?: string;
  readonly seed?: number;
  /** The initial weights of a fit, a file or a checkpoint's folder: the option `--initialWeights`. */
  readonly initialWeights?: string;
  /** Whether the weights must fit their whole part of the model (default `true`). */
  readonly initialWeightsStrict?: boolean;
  readonly trainer?: Partial<TrainerOptions>;
  /** The data, or another experiment whose data is used. */
  readonly data?: DataDefinition<Batch> | ExperimentClass<TrainedOn<Batch>>;
  /** In the order in which their hooks run. */
  readonly plugins?: Plugins;
  /** Commands besides those of every experiment: the results of `defineCommand`. */
  readonly commands?: readonly CommandWords[];
}

const key = Symbol('fulgur:experiment');

/** A module by the type of its training batches. */
type TrainedOn<Batch> = object & { trainingStep?(batch: Batch): unknown };

/** The names under which a logged metric may be monitored. */
type Shown<Metric extends string> = Metric | `${Metric}_step` | `${Metric}_epoch`;

/** The metrics that a module logs: those in its type, or any. */
type LoggedBy<T> = T extends { log(name: infer Name extends string, ...rest: never[]): void } ? Name : string;

/** The metric that a plugin monitors, if its type names one. */
type MonitorOf<Plugin> = Plugin extends { readonly monitors?: infer Metric extends string }
  ? string extends Metric
    ? never
    : Metric
  : never;

/** The metrics that plugins monitor, without those that are logged. */
type Unlogged<Plugins extends readonly AnyPlugin[], T> = Exclude<
  MonitorOf<Plugins[number]>,
  Shown<LoggedBy<T> | NonNullable<Plugins[number]['logs']>>
>;

/** Shown by the type checker if a plugin monitors a metric that is never logged. */
interface NobodyLogs<Metric extends string> {
  readonly 'nobody logs this metric': Metric;
}

/** A class unchanged, unless a plugin in its list monitors a metric that is never logged. */
type WithMonitorsLogged<Plugins extends readonly AnyPlugin[], T> = [Unlogged<Plugins, T>] extends [never]
  ? unknown
  : NobodyLogs<Unlogged<Plugins, T>>;

/** Shown by the type checker if a module expects other batches than those of the experiment's data. */
interface OtherBatches<Given, Taken> {
  readonly 'the data give other batches than trainingStep takes': readonly [given: Given, taken: Taken];
}

/** A class unchanged, unless its batches are not those of its data. */
type WithItsBatches<Given, T> = unknown extends Given
  ? unknown
  : T extends { trainingStep(batch: infer Taken): unknown }
    ? [Given] extends [Taken]
      ? unknown
      : OtherBatches<Given, Taken>
    : unknown;

/**
 * Declares a training module as an experiment that `run` can run.
 *
 * A module whose type names its metrics, `TrainingModule<ViewBatch, 'train_loss'>`, does not compile with a plugin that
 * monitors another one; nor does one whose batch, here `ViewBatch`, is not that of its data.
 *
 * @example
 * @Experiment({ name: 'fastsiam', trainer: { maxEpochs: 10 }, data: { name: 'cifar10' }, plugins: [progressBar()] })
 * class FastSiam extends TrainingModule<ViewBatch> { ... }
 */
export function Experiment<const Plugins extends readonly AnyPlugin[] = readonly [], Batch = ViewBatch>(
  definition: ExperimentDefinition<Plugins, Batch>,
): <T extends object>(
  target: ExperimentClass<T> & WithMonitorsLogged<Plugins, T> & WithItsBatches<NoInfer<Batch>, T>,
) => void {
  return (...args) => {
    requireTypeScriptForm('@Experiment', args);
    Reflect.defineMetadata(key, definition, args[0]);
    declared.add(args[0]);
  };
}

/**
 * Every class that was declared in this thread, in order: a file that is loaded for its experiment need not export it.
 */
const declared = new Set<ExperimentClass>();

/** Returns the experiments with a name that this thread has loaded, the last one first. */
export function declaredExperiments(name: string): ExperimentClass[] {
  return [...declared].filter((experiment) => experimentDefinition(experiment).name === name).reverse();
}

/**
 * Returns the declaration that `@Experiment` recorded of a class.
 * @throws FulgurError `config` for a class without the decorator
 */
export function experimentDefinition(experiment: ExperimentClass): ExperimentDefinition {
  const definition = Reflect.getOwnMetadata(key, experiment) as ExperimentDefinition | undefined;
  if (definition !== undefined) return definition;
  throw new FulgurError('config', {
    what: `The class '${experiment.name}' is not an experiment.`,
    fix: `Add @Experiment({ name: '...' }) above it.`,
  });
}

/** Returns an experiment's data, with references to other experiments resolved. */
export function experimentData(experiment: ExperimentClass): DataDefinition {
  const { data = {} } = experimentDefinition(experiment);
  return typeof data === 'function' ? experimentData(data) : data;
}
