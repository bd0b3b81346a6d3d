import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { changedOptions } from '../config';
import type { OptionChange, ResolvedConfig } from '../config';
import { jsonText, parseJson, tokens } from '../contracts';
import type {
  AnyPlugin,
  DataIdentity,
  Json,
  Notify,
  PluginHooks,
  Recalled,
  ResumePoint,
  RunOrigin,
} from '../contracts';
import type { DataInfo } from '../data';
import { FulgurError, valueText } from '../errors';
import { pluginMetadata, pluginName } from '../metadata';
import type { ExperimentClass } from '../metadata';
import { redactedData } from '../system';
import { pluginsOf } from './check-run';

/** The settings with which a run was started, as its checkpoints record them. */
export function runOrigin(
  config: ResolvedConfig,
  plugins: readonly AnyPlugin[],
  { name, samples, classes, fingerprint }: DataInfo,
): RunOrigin {
  return {
    config: config.toJson(),
    declared: config.declared,
    data: { name, samples, classes, fingerprint },
    plugins: trainingPlugins(plugins),
    pluginDigests: Object.fromEntries(
      plugins.map((plugin) => [pluginName(plugin), digestOf(plugin.options)]),
    ),
  };
}

/** For options that are not plain data, such as a stream, only their presence is recorded. */
function plainText(options: unknown): string {
  try {
    return jsonText(options ?? null);
  } catch {
    return '"not plain"';
  }
}

function digestOf(options: unknown): string {
  return createHash('sha256').update(plainText(options)).digest('hex').slice(0, 16);
}

/** Options of the plugins on which training depends, by plugin name. */
export function trainingPlugins(plugins: readonly AnyPlugin[]): Record<string, Json> {
  return Object.fromEntries(
    plugins
      .filter(affectsTraining)
      .map((plugin) => [pluginName(plugin), redactedData(parseJson(plainText(plugin.options)))]),
  );
}

/** Step hooks with which a plugin changes an update; merely watching the forward pass changes none. */
const changingHooks: readonly (keyof PluginHooks)[] = [
  'onBeforeBackward',
  'onAfterBackward',
  'onBeforeOptimizerStep',
];

function affectsTraining({ type, provides }: AnyPlugin): boolean {
  const said = pluginMetadata(type).affectsTraining;
  if (said !== undefined) return said;
  const changes = changingHooks.some((hook) => hook in (type.prototype as object));
  const services: readonly symbol[] = [tokens.strategy.key, tokens.batchStatistics.key];
  return changes || provides.some(({ key }) => services.includes(key));
}

const consequences: Readonly<Partial<Record<OptionChange['effect'], string>>> = {
  position: 'different samples would come next',
  numbers: 'every update would be different',
};

/**
 * Ensures that a fit resumes with the settings of its checkpoint's run, or that every change was allowed.
 *
 * @throws FulgurError `checkpoint`, naming every change that prevents resuming.
 */
export function requireComparable(
  { path, progress, origin }: Pick<Recalled, 'path' | 'progress' | 'origin'>,
  experiment: ExperimentClass,
  config: ResolvedConfig,
): void {
  if (origin === null || !config.trains) return;
  const changes = weighty(allChanges(origin, experiment, config));
  const refused = changes.filter((change) => !isAllowed(change, progress, config));
  if (refused.length === 0) return;
  throw new FulgurError('checkpoint', {
    what: `The checkpoint ${path} cannot be resumed with these differences:`,
    list: refused.map((change) => `${sentence(change)}; ${consequences[change.effect] ?? ''}`),
    fix: wayOut(refused, progress, config),
  });
}

/** Reports what a run takes over from its checkpoint, and what differs from it. */
export function sayDifferences(
  from: { readonly path: string; readonly state: { readonly origin?: Recalled['origin'] } },
  experiment: ExperimentClass,
  config: ResolvedConfig,
  notify: Notify,
): void {
  const origin = from.state.origin ?? null;
  if (origin === null) {
    notify(
      'warning',
      `The checkpoint ${from.path} comes from a version that did not record the run's settings, so nothing was compared. ` +
        'Make sure that the options are the same: they are in config.yaml in the run folder, which --config accepts.',
    );
    return;
  }
  const { takenOver } = config;
  if (takenOver.length > 0) {
    const list = takenOver.map(({ path, before, now }) => `${path} ${text(before)} (otherwise ${text(now)})`);
    notify('info', `Taken over from the checkpoint's run: ${list.join(', ')}.`);
  }
  const changes = allChanges(origin, experiment, config);
  if (!config.trains) {
    const views = changes.filter(({ path }) => /^data\..*ransform$/.test(path));
    say(views, 'warning', 'The views of the images differ from those in the run:', '', notify);
    return;
  }
  const of = (effect: OptionChange['effect']): OptionChange[] =>
    changes.filter((change) => change.effect === effect);
  const longer = changes.some(({ path }) => path === 'trainer.maxEpochs' || path === 'trainer.maxSteps');
  const schedules = longer ? ' A learning rate that follows the length of the run changes with it.' : '';
  say([...of('free'), ...of('source')], 'info', 'Changed since the checkpoint:', schedules, notify);
  const bits = ' The last bits of numbers may differ from those of an uninterrupted run.';
  say(of('rounding'), 'warning', 'Changed since the checkpoint:', bits, notify);
  const another = ' From here on, this run differs from the one that saved the checkpoint.';
  say(
    weighty(changes),
    'warning',
    'Changed since the checkpoint, as --allowChanges permits:',
    another,
    notify,
  );
}

/**
 * Ensures that the data is the same as in the checkpoint's run.
 *
 * @throws FulgurError `checkpoint`, describing the data then and now.
 */
export function requireSameData(
  { path, progress, data: before }: { path: string; progress: ResumePoint; data: DataIdentity },
  now: DataIdentity,
  { allowChanges }: ResolvedConfig,
  notify: Notify,
): void {
  const parts: readonly (keyof DataIdentity)[] = ['name', 'samples', 'classes', 'fingerprint'];
  if (parts.every((part) => before[part] === now[part])) return;
  const sameSize = parts.slice(0, 3).every((part) => before[part] === now[part]);
  const difference = sameSize
    ? `there were ${describe(before)}, and there are as many now, but different ones or in a different order`
    : `there were ${describe(before)}, and now there are ${describe(now)}`;
  if (allowChanges && progress.nextBatch === 0) {
    notify('warning', `The data has changed since the checkpoint, as --allowChanges permits: ${difference}.`);
    return;
  }
  throw new FulgurError('checkpoint', {
    what: `The data is not that of the checkpoint ${path}: ${difference}.`,
    why: 'Samples would be skipped or repeated.',
    fix:
      (before.name === now.name ? 'Restore the data' : `Give --data.name ${before.name}`) +
      ', or resume from a checkpoint at the end of an epoch with --allowChanges.',
  });
}

function describe({ name, samples, classes }: DataIdentity): string {
  const inClasses = classes === 0 ? '' : ` in ${classes} ${classes === 1 ? 'class' : 'classes'}`;
  return `${samples} samples of ${name}${inClasses}`;
}

function allChanges(
  origin: NonNullable<Recalled['origin']>,
  experiment: ExperimentClass,
  config: ResolvedConfig,
): OptionChange[] {
  const plugins = trainingPlugins(pluginsOf({ experiment, config }));
  return [...changedOptions(origin.config, config.toJson()), ...changedPlugins(origin.plugins, plugins)];
}

/** Plugins that were removed or added, and changed options of the others. */
function changedPlugins(
  before: Readonly<Record<string, Json>>,
  now: Readonly<Record<string, Json>>,
): OptionChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names.flatMap((name): OptionChange[] => {
    const [old, current] = [before[name], now[name]];
    if (isDeepStrictEqual(old, current)) return [];
    const change = { path: `plugin ${name}`, effect: 'numbers' as const };
    if (!isOptions(old) || !isOptions(current)) return [{ ...change, before: old, now: current }];
    return [...new Set([...Object.keys(old), ...Object.keys(current)])]
      .filter((option) => !isDeepStrictEqual(old[option], current[option]))
      .map((option) => ({
        ...change,
        path: `plugin ${name}, ${option}`,
        before: old[option],
        now: current[option],
      }));
  });
}

function isOptions(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Changes that need permission. */
function weighty(changes: readonly OptionChange[]): OptionChange[] {
  return changes.filter(({ effect }) => effect === 'position' || effect === 'numbers');
}

/**
 * In the middle of an epoch, the position in the data is a number of batches, which is meaningless with another order
 * or batch size.
 */
function isAllowed(
  { path, effect }: OptionChange,
  { nextBatch }: ResumePoint,
  { allowChanges }: ResolvedConfig,
): boolean {
  return allowChanges && path !== 'seed' && (effect !== 'position' || nextBatch === 0);
}

function wayOut(
  refused: readonly OptionChange[],
  { nextBatch }: ResumePoint,
  { allowChanges }: ResolvedConfig,
): string {
  const back = 'Leave out these options, or restore them in the experiment: the recorded values then apply.';
  const others = refused.filter(({ path }) => path !== 'seed');
  if (others.length === 0) return `${back} The seed cannot change within a run.`;
  if (nextBatch > 0 && others.some(({ effect }) => effect === 'position')) {
    return `${back} The checkpoint is in the middle of an epoch; --allowChanges can resume from one at the end of an epoch.`;
  }
  if (allowChanges) return back;
  const but = others.length < refused.length ? ', except for the seed' : '';
  return `${back} Or resume with the new values with --allowChanges${but}.`;
}

function say(
  changes: readonly OptionChange[],
  level: 'info' | 'warning',
  before: string,
  after: string,
  notify: Notify,
): void {
  if (changes.length === 0) return;
  const list = changes.map(({ path, before: old, now }) => `${path} (${text(old)} before, ${text(now)} now)`);
  notify(level, `${before} ${list.join(', ')}.${after}`);
}

function sentence({ path, before, now }: OptionChange): string {
  return `${path}: ${text(before)} before, ${text(now)} now`;
}

function text(value: Json | undefined): string {
  return value === undefined ? 'absent' : valueText(value);
}
