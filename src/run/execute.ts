import { availableParallelism } from 'node:os';
import { showOnlyGpu } from '../config';
import type { ResolvedConfig } from '../config';
import { checkPlugins, compose } from '../container';
import type { CheckedPlugin, Composition } from '../container';
import type { DataOptions, Notify, Ranks, SavedState } from '../contracts';
import { noData, prepareBatches, prepareData } from '../data';
import type { DataContext, PreparedData } from '../data';
import { leaveCluster, start, visibleGpus } from '../engine';
import type { World } from '../launch';
import { ProcessGroup, failTogether, soloRanks } from '../strategy';
import { checkRun, pluginsOf, requireSameRun } from './check-run';
import { commandOf } from './commands';
import { readInitialWeights } from './initial-weights';
import { openRunPlace, openSharedPlace, settleResume } from './place';
import type { SharedPlace } from './place';
import { buildModule, settingsOf } from './run-parts';
import { requireComparable, requireSameData, runOrigin, sayDifferences } from './resume';
import type { CommandResult, RunRequest } from './scope';

/**
 * Runs a configured experiment, from the start of the engine to the end of the last thread.
 *
 * @param onFolder receives the run's folder as soon as it is known.
 */
export async function executeRun(
  request: RunRequest,
  onFolder: (path: string) => void,
): Promise<CommandResult> {
  const { config, world } = request;
  checkRun(request.experiment, config, world?.worldSize ?? 1, request.caller);
  const plugins = checkPlugins(config.name, pluginsOf(request), world?.rank);
  // The checkpoint is located before anything is installed or downloaded; a new folder is made only afterwards.
  let shared = world === null ? await placeOfCheckpoint(config) : null;
  let data: PreparedData | null = null;
  const over = new AbortController();
  try {
    await startEngine(request);
    const ranks = world === null ? soloRanks : new ProcessGroup();
    const { usesData } = commandOf(request.experiment, config);
    data = usesData ? await prepareTogether(request, ranks, over.signal) : noData(config.data);
    await requireSameRun(ranks, config, data);
    shared ??= await openSharedPlace(config, ranks);
    onFolder(shared.place.folder.path);
    const result = await runInPlace({ ...request, config: shared.config }, plugins, data, shared, ranks);
    await leaveCluster();
    return result;
  } finally {
    over.abort();
    try {
      await data?.train.close();
    } finally {
      await shared?.place.close();
    }
  }
}

async function placeOfCheckpoint(given: ResolvedConfig): Promise<SharedPlace | null> {
  const config = settleResume(given);
  if ((config.resume ?? config.checkpoint) === null) return null;
  return { config, place: await openRunPlace(config) };
}

async function startEngine({ config, world, notify }: RunRequest): Promise<void> {
  const { accelerator, threads } = config.trainer;
  const { heartbeatSeconds, joinSeconds } = config.cluster;
  const own = threads ?? (world === null ? null : coresOf(world));
  if (world !== null && accelerator !== 'cpu') await takeGpu(world, (line) => notify('info', line));
  await start({
    seed: config.seed,
    accelerator,
    ...(own === null ? {} : { threads: own }),
    onProgress: (line) => notify('info', line),
    ...(world === null
      ? {}
      : { cluster: { rank: world.rank, addresses: world.addresses, heartbeatSeconds, joinSeconds } }),
  });
}

/** The first rank of each host downloads missing data; the others then find it. */
async function prepareTogether(
  request: RunRequest,
  ranks: Ranks,
  signal: AbortSignal,
): Promise<PreparedData> {
  const { config, world, notify } = request;
  const options = dataOptions(config);
  const context: DataContext = {
    seed: config.seed,
    rank: ranks.rank,
    worldSize: ranks.worldSize,
    cores: world === null ? undefined : coresOf(world),
    onMessage: notify,
    signal,
    trains: config.trains,
  };
  const prepare = (): Promise<PreparedData> =>
    options.batches === null
      ? prepareData(options, context)
      : prepareBatches(options.batches, options, context);
  const isFirst = (world?.localRank ?? 0) === 0;
  const first = await failTogether(ranks, () => (isFirst ? prepare() : Promise.resolve(null)));
  return failTogether(ranks, async () => first ?? prepare());
}

/** The ranks on a host share its cores. */
function coresOf({ cores, localWorldSize }: World): number {
  return cores ?? Math.max(1, Math.floor(availableParallelism() / localWorldSize));
}

/**
 * If a rank sees several GPUs, it uses the one whose number is its own rank on this host. (Never run on a machine with
 * GPUs.)
 */
async function takeGpu(
  { localRank, localWorldSize }: World,
  onProgress: (line: string) => void,
): Promise<void> {
  const gpus = localWorldSize > 1 ? await visibleGpus(onProgress) : [];
  const own = gpus[localRank % Math.max(1, gpus.length)];
  if (gpus.length > 1 && own !== undefined) showOnlyGpu(own);
}

async function runInPlace(
  request: RunRequest,
  plugins: readonly CheckedPlugin[],
  data: PreparedData,
  { place: { folder } }: SharedPlace,
  ranks: Ranks,
): Promise<CommandResult> {
  const { experiment, config, events } = request;
  const { initialWeights: source, initialWeightsStrict: strict } = config;
  const module = buildModule(experiment, config);
  let composition: Composition | null = null;
  try {
    const { trainer, checkpointReader } = (composition = compose({
      settings: { ...settingsOf(config), origin: runOrigin(config, pluginsOf(request), data.info) },
      trainerOptions: config.trainer,
      events,
      folder,
      data: data.info,
      evaluation: data.evaluation,
      viewSheets: data.viewSheets,
      module,
      plugins,
      ranks,
      initialWeights:
        source === null
          ? null
          : (reader) => failTogether(ranks, () => readInitialWeights(source, strict, reader)),
    }));
    const selector = config.resume ?? config.checkpoint;
    const from =
      selector === null
        ? undefined
        : await failTogether(ranks, async () => {
            const read = await checkpointReader?.read(selector);
            if (read !== undefined) compareWith(read, request, data, ranks);
            return read;
          });
    const command = commandOf(experiment, config);
    return await command.start({ ...request, module, data, folder, trainer, from, ranks });
  } finally {
    await composition?.dispose();
    module.dispose();
  }
}

/** The checkpoint that is actually read may differ from the one that configured the run: the newest may be damaged. */
function compareWith(from: SavedState, request: RunRequest, { info }: PreparedData, { rank }: Ranks): void {
  const { experiment, config } = request;
  const { path, state } = from;
  const notify: Notify = (level, text) => {
    if (rank === 0) request.notify(level, text);
  };
  const { progress, origin = null } = state;
  requireComparable({ path, progress, origin }, experiment, config);
  if (origin !== null && config.trains) {
    requireSameData({ path, progress, data: origin.data }, info, config, notify);
  }
  sayDifferences(from, experiment, config, notify);
}

/** To overfit on the same batches in each epoch, their order must not change. */
function dataOptions({ data, trainer }: ResolvedConfig): DataOptions {
  return trainer.overfitBatches === null ? data : { ...data, shuffle: false };
}
