import { createHash } from 'node:crypto';
import { jsonText } from '../../contracts';
import type {
  OptimizerState,
  RankState,
  Ranks,
  Replicated,
  ResumeFrom,
  RunState,
  StateDict,
  Strategy,
} from '../../contracts';
import { FulgurError } from '../../errors';
import { decodeSafetensors, encodeSafetensors, isSameOnRanks, isWeight, rankRuleOf } from '../../nn';
import { bufferDiffers, differingNames } from '../../strategy';

type Named = Pick<Replicated, 'namedVariables'>;

/**
 * Returns the state with each rank's own part: everything that differs from rank 0. Every rank calls it at the same
 * point of training. The common part is compared by digest and is not sent.
 *
 * @throws FulgurError `ranks`, on all ranks, if a buffer differs that must be the same.
 */
export async function withRankStates(
  { ranks, ranksDiffer }: Pick<Strategy, 'ranks' | 'ranksDiffer'>,
  own: RunState,
  module: Named,
): Promise<RunState> {
  if (ranks.worldSize === 1) return own;
  const tensors = tensorsOf(own);
  const digests = digestsOf(tensors);
  const everybody = await ranks.gather({ metrics: own.metrics, plugins: own.plugins, digest: digests.whole });
  const differing = everybody.every(({ digest }) => digest === digests.whole)
    ? null
    : new Set(differingNames(await ranks.gather(digests.byName)));
  if (differing !== null && !ranksDiffer) requireSame(differing, module);
  const gathered =
    differing === null
      ? []
      : await ranks.gatherBytes(
          encodeSafetensors(new Map([...tensors].filter(([name]) => differing.has(name)))),
        );
  const [first] = everybody;
  return {
    ...own,
    ranks: everybody.map(({ metrics, plugins }, rank) => {
      const bytes = rank === 0 ? undefined : gathered[rank];
      const ofItsOwn = Object.entries(plugins).filter(([name, state]) => {
        const shared = first?.plugins[name];
        return shared === undefined || jsonText(state) !== jsonText(shared);
      });
      return {
        metrics,
        ...(ofItsOwn.length > 0 && { plugins: Object.fromEntries(ofItsOwn) }),
        ...(bytes !== undefined && partsFrom(decodeSafetensors(bytes).tensors, own.optimizers)),
      };
    }),
  };
}

/**
 * Returns the state of this rank. Between two epochs a run may resume with another number of ranks, unless ranks have
 * parts of their own.
 *
 * @throws FulgurError `checkpoint` if it cannot resume with this number of ranks.
 */
export function stateOfRank(
  { rank, worldSize }: Pick<Ranks, 'rank' | 'worldSize'>,
  from: ResumeFrom,
  module: Named,
): RunState {
  const { state } = from;
  const before = state.ranks?.length ?? 1;
  if (before !== worldSize) {
    refuseOtherNumber(from, { before, worldSize }, module);
    return state;
  }
  const own = state.ranks?.[rank];
  if (own === undefined) return state;
  return {
    ...state,
    metrics: own.metrics,
    plugins: { ...state.plugins, ...own.plugins },
    weights: over(state.weights, own.weights),
    optimizers: state.optimizers.map((optimizer, index) => ({
      ...optimizer,
      slots: over(optimizer.slots, own.optimizers?.[index]?.slots),
    })),
    ...(own.pluginTensors !== undefined && {
      pluginTensors: pluginTensorsOver(state.pluginTensors ?? {}, own.pluginTensors),
    }),
  };
}

/** Returns the consequences of a changed number of ranks; `null` if it is the same. */
export function changedWorldSize({ ranks }: RunState, worldSize: number): string | null {
  const before = ranks?.length ?? 1;
  if (before === worldSize) return null;
  const plugins = new Set((ranks ?? []).flatMap(({ pluginTensors }) => Object.keys(pluginTensors ?? {})));
  return (
    `The checkpoint was written by ${count(before)}, but this run has ${worldSize}: ` +
    "an update now uses that many batches, each of data.batchSize, with the checkpoint's learning rate." +
    [...plugins].map((name) => ` All ranks take rank 0's tensors of plugin '${name}'.`).join('')
  );
}

/** Returns the beginning of errors about a checkpoint. */
export function nameOfCheckpoint(path: string | null): string {
  return path === null ? 'The checkpoint' : `The checkpoint ${path}`;
}

/** Checks that buffers that must be the same on all ranks are the same whenever a state is captured. */
function requireSame(differing: ReadonlySet<string>, module: Named): void {
  for (const [name, variable] of module.namedVariables()) {
    if (differing.has(`weights/${name}`) && isSameOnRanks(variable)) throw bufferDiffers(name);
  }
}

/** Tensors that may drift apart in training are taken from rank 0 for all ranks; all others need their own rank. */
function refuseOtherNumber(
  { state: { progress, ranks = [] }, path }: ResumeFrom,
  { before, worldSize }: { readonly before: number; readonly worldSize: number },
  module: Named,
): void {
  const variables = module.namedVariables();
  const mayDrift = (name: string): boolean => {
    const variable = variables.get(name);
    return variable !== undefined && rankRuleOf(variable) === 'first' && !isWeight(variable);
  };
  const own = ranks.flatMap(({ weights, optimizers = [] }) => [
    ...[...(weights?.keys() ?? [])].filter((name) => !mayDrift(name)),
    ...optimizers.flatMap(({ slots }) => [...slots.keys()]),
  ]);
  const [name] = own;
  if (progress.nextBatch === 0 && name === undefined) return;
  throw new FulgurError('checkpoint', {
    what: `${nameOfCheckpoint(path)} was written by ${count(before)}, but this run has ${worldSize}.`,
    why:
      name === undefined
        ? `It was written in the middle of an epoch, whose batches were dealt to ${count(before)}.`
        : `Each rank has its own values in '${name}'${others(new Set(own).size - 1)}.`,
    fix:
      name === undefined
        ? `Resume with ${count(before)}, or from a checkpoint at the end of an epoch.`
        : `Resume with ${count(before)}.`,
  });
}

function others(more: number): string {
  return more === 0 ? '' : ` and ${more} more`;
}

function count(ranks: number): string {
  return ranks === 1 ? '1 rank' : `${ranks} ranks`;
}

/** Returns all tensors of a state, each named by its place. */
function tensorsOf({ weights, optimizers, pluginTensors = {} }: RunState): StateDict {
  return new Map([
    ...placed('weights', weights),
    ...optimizers.flatMap(({ slots }, index) => placed(`optimizers/${index}`, slots)),
    ...Object.entries(pluginTensors).flatMap(([plugin, own]) => placed(`plugins/${plugin}`, own)),
  ]);
}

function placed(place: string, dict: StateDict) {
  return [...dict].map(([name, tensor]) => [`${place}/${name}`, tensor] as const);
}

/** Reverts `tensorsOf`: returns the tensors as parts of a rank's state. */
function partsFrom(tensors: StateDict, optimizers: readonly OptimizerState[]): Omit<RankState, 'metrics'> {
  const below = (place: string): StateDict =>
    new Map(
      [...tensors].flatMap(([name, tensor]) =>
        name.startsWith(`${place}/`) ? [[name.slice(place.length + 1), tensor] as const] : [],
      ),
    );
  const weights = below('weights');
  const ownOptimizers = optimizers.map((state, index) => ({ ...state, slots: below(`optimizers/${index}`) }));
  const names = [...below('plugins').keys()].map((name) => name.slice(0, name.indexOf('/')));
  return {
    ...(weights.size > 0 && { weights }),
    ...(ownOptimizers.some(({ slots }) => slots.size > 0) && { optimizers: ownOptimizers }),
    ...(names.length > 0 && {
      pluginTensors: Object.fromEntries([...new Set(names)].map((name) => [name, below(`plugins/${name}`)])),
    }),
  };
}

function over(all: StateDict, own: StateDict | undefined): StateDict {
  return own === undefined ? all : new Map([...all, ...own]);
}

function pluginTensorsOver(
  all: Readonly<Record<string, StateDict>>,
  own: Readonly<Record<string, StateDict>>,
): Record<string, StateDict> {
  const overlaid = Object.entries(own).map(([plugin, tensors]) => [
    plugin,
    over(all[plugin] ?? new Map<never, never>(), tensors),
  ]);
  return { ...all, ...(Object.fromEntries(overlaid) as Record<string, StateDict>) };
}

interface Digests {
  readonly whole: string;
  readonly byName: Readonly<Record<string, string>>;
}

function digestsOf(tensors: StateDict): Digests {
  const byName = Object.fromEntries(
    [...tensors].map(([name, { dtype, shape, data }]) => [
      name,
      createHash('sha256')
        .update(`${dtype} ${shape.join(' ')} `)
        .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
        .digest('hex')
        .slice(0, 16),
    ]),
  );
  return { byName, whole: createHash('sha256').update(jsonText(byName)).digest('hex') };
}
