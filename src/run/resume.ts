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

/** What a run's checkpoints say that it was started with. */
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

/** Of options that are not plain data, such as a stream, only that there are some. */
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

/** Options of the plugins that training depends on, by plugin name. */
export function trainingPlugins(plugins: readonly AnyPlugin[]): Record<string, Json> {
  return Object.fromEntries(
    plugins
      .filter(affectsTraining)
      .map((plugin) => [pluginName(plugin), redactedData(parseJson(plainText(plugin.options)))]),
  );
}

/** Step hooks by which a plugin changes an update; what it only watches in the forward pass changes none. */
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
  position: 'other samples would come next',
  numbers: 'every update would be another one',
};

/**
 * Sees to it that a fit goes on as its checkpoint's run was started, or that what is another was allowed.
 *
 * @throws FulgurError `checkpoint`, naming everything that stands in the way.
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
    what: `The checkpoint ${path} cannot be gone on from with these differences:`,
    list: refused.map((change) => `${sentence(change)}; ${consequences[change.effect] ?? ''}`),
    fix: wayOut(refused, progress, config),
  });
}

/** Says what a run takes over from its checkpoint, and what is another than there. */
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
      `The checkpoint ${from.path} is of a version that did not record what its run was started with, so nothing was compared. ` +
        "See to it that the options are the same: the run's folder has them in config.yaml, which --config takes.",
    );
    return;
  }
  const { takenOver } = config;
  if (takenOver.length > 0) {
    const list = takenOver.map(({ path, before, now }) => `${path} ${text(before)} (else ${text(now)})`);
    notify('info', `As the checkpoint's run was started: ${list.join(', ')}.`);
  }
  const changes = allChanges(origin, experiment, config);
  if (!config.trains) {
    const views = changes.filter(({ path }) => /^data\..*ransform$/.test(path));
    say(views, 'warning', 'The images are seen through other views than in the run:', '', notify);
    return;
  }
  const of = (effect: OptionChange['effect']): OptionChange[] =>
    changes.filter((change) => change.effect === effect);
  const longer = changes.some(({ path }) => path === 'trainer.maxEpochs' || path === 'trainer.maxSteps');
  const schedules = longer ? ' A learning rate that follows the length of the run changes with it.' : '';
  say([...of('free'), ...of('source')], 'info', 'Changed since the checkpoint:', schedules, notify);
  const bits = ' The last bits of numbers may differ from those of a run without a break.';
  say(of('rounding'), 'warning', 'Changed since the checkpoint:', bits, notify);
  const another = ' From here on this is another run than the one that the checkpoint is of.';
  say(
    weighty(changes),
    'warning',
    'Changed since the checkpoint, as --allowChanges allows:',
    another,
    notify,
  );
}

/**
 * Sees to it that the data are those that the checkpoint's run was trained on.
 *
 * @throws FulgurError `checkpoint`, with what they were and what they are.
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
    ? `there were ${describe(before)}, and as many are there now, but not the same ones or in another order`
    : `there were ${describe(before)}, and now there are ${describe(now)}`;
  if (allowChanges && progress.nextBatch === 0) {
    notify('warning', `The data have changed since the checkpoint, as --allowChanges allows: ${difference}.`);
    return;
  }
  throw new FulgurError('checkpoint', {
    what: `The data are not those of the checkpoint ${path}: ${difference}.`,
    why: 'Samples would be left out or come twice.',
    fix:
      (before.name === now.name ? 'Put the data back as they were' : `Give --data.name ${before.name}`) +
      ', or go on from a checkpoint at the end of an epoch with --allowChanges.',
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

/** Plugins that are gone or new, and options of the others. */
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

/** Changes that are not made in passing. */
function weighty(changes: readonly OptionChange[]): OptionChange[] {
  return changes.filter(({ effect }) => effect === 'position' || effect === 'numbers');
}

/** In the middle of an epoch the place in the data is a number of batches, which means nothing in another order or size. */
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
  const back = 'Leave out what is given, or set it back in the experiment: the recorded values hold then.';
  const others = refused.filter(({ path }) => path !== 'seed');
  if (others.length === 0) return `${back} The seed cannot change within a run.`;
  if (nextBatch > 0 && others.some(({ effect }) => effect === 'position')) {
    return `${back} The checkpoint lies in the middle of an epoch; from one at the end of an epoch --allowChanges goes on.`;
  }
  if (allowChanges) return back;
  const but = others.length < refused.length ? ', but for the seed' : '';
  return `${back} Or go on with the new values by --allowChanges${but}.`;
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
