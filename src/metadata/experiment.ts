import 'reflect-metadata';
import type { AnyPlugin, CommandWords, DataOptions, TrainerOptions } from '../contracts';
import { FulgurError } from '../errors';

/** A class that can be run. */
export type ExperimentClass<T extends object = object> = new () => T;

/** What an experiment declares about itself; all but the name has defaults. */
export interface ExperimentDefinition<Plugins extends readonly AnyPlugin[] = readonly AnyPlugin[]> {
  /** Names the run's folder. */
  readonly name: string;
  readonly seed?: number;
  readonly trainer?: Partial<TrainerOptions>;
  /** The data, or another experiment, whose data are taken. */
  readonly data?: Partial<DataOptions> | ExperimentClass;
  /** In the order in which their hooks run. */
  readonly plugins?: Plugins;
  /** Commands beside those that every experiment has: what `defineCommand` returns. */
  readonly commands?: readonly CommandWords[];
}

const key = Symbol('fulgur:experiment');

/** The names under which a logged metric may be monitored. */
type Shown<Metric extends string> = Metric | `${Metric}_step` | `${Metric}_epoch`;

/** The metrics that a module logs: those that its type names, or any. */
type LoggedBy<T> = T extends { log(name: infer Name extends string, ...rest: never[]): void } ? Name : string;

/** The metric that a plugin watches, where its type names one. */
type MonitorOf<Plugin> = Plugin extends { readonly monitors?: infer Metric extends string }
  ? string extends Metric
    ? never
    : Metric
  : never;

/** The metrics that plugins watch, without those that somebody logs. */
type Unlogged<Plugins extends readonly AnyPlugin[], T> = Exclude<
  MonitorOf<Plugins[number]>,
  Shown<LoggedBy<T> | NonNullable<Plugins[number]['logs']>>
>;

/** Shown by the type checker where a plugin monitors what nobody logs. */
interface NobodyLogs<Metric extends string> {
  readonly 'nobody logs this metric': Metric;
}

/** A class as it is, unless a plugin of its list monitors what nobody logs. */
type WithMonitorsLogged<Plugins extends readonly AnyPlugin[], T> = [Unlogged<Plugins, T>] extends [never]
  ? unknown
  : NobodyLogs<Unlogged<Plugins, T>>;

/**
 * Declares a training module as an experiment that `run` can run.
 *
 * A module whose type names its metrics, `TrainingModule<ViewBatch, 'train_loss'>`, does not compile with a plugin that
 * monitors another one.
 *
 * @example
 * @Experiment({ name: 'fastsiam', trainer: { maxEpochs: 10 }, data: { name: 'cifar10' }, plugins: [progressBar()] })
 * class FastSiam extends TrainingModule<ViewBatch> { ... }
 */
export function Experiment<const Plugins extends readonly AnyPlugin[] = readonly []>(
  definition: ExperimentDefinition<Plugins>,
): <T extends object>(target: ExperimentClass<T> & WithMonitorsLogged<Plugins, T>) => void {
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
