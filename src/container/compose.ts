import { tokens } from '../contracts';
import type {
  CheckpointReader,
  EvaluationData,
  InitialWeights,
  Ranks,
  RunEventBus,
  RunFolder,
  RunSettings,
  TrainerOptions,
  ViewSheets,
} from '../contracts';
import { FulgurError } from '../errors';
import { localBatchStatistics } from '../nn';
import { SingleDevice } from '../strategy';
import { Trainer, WeightSwitch, imageLog, metricBands, modelAccess } from '../trainer';
import type { TrainingModule } from '../trainer';
import { buildPlugins, resolve } from './build-plugins';
import type { CheckedPlugin } from './check-plugins';

/** The parts that a run has built before its plugins and its trainer. */
export interface RunParts {
  readonly settings: RunSettings;
  readonly trainerOptions: TrainerOptions;
  readonly events: RunEventBus;
  readonly folder: RunFolder;
  readonly data: { readonly name: string; readonly batchSize: number; readonly samples: number };
  readonly evaluation: EvaluationData;
  readonly viewSheets: ViewSheets;
  readonly module: TrainingModule<unknown>;
  readonly plugins: readonly CheckedPlugin[];
  readonly ranks: Ranks;
  /** Reads the weights that a run without a checkpoint starts from (default: the module's own). */
  readonly initialWeights?: ((reader: CheckpointReader | null) => Promise<InitialWeights>) | null;
}

/** The parts that a run gets from the container. */
export interface Composition {
  readonly trainer: Trainer;
  /** `null` if no plugin provides one. */
  readonly checkpointReader: CheckpointReader | null;
  /** Frees what was built. */
  dispose(): Promise<void>;
}

/** Builds a run's plugins, and the trainer around them. */
export function compose(parts: RunParts): Composition {
  const { module, events, settings, trainerOptions, folder, data, evaluation, ranks } = parts;
  const { initialWeights = null } = parts;
  let trainer: Trainer | null = null;
  // Plugins are built before the trainer and access its state only while it fits.
  const running = (): Trainer => trainer ?? askedTooEarly();
  const weights = new WeightSwitch();
  const model = modelAccess(module, weights);
  const { plugins, container } = buildPlugins(parts.plugins, {
    ...{ events, settings, ranks, model, runFolder: folder, evaluationData: evaluation },
    notify: (...message) => {
      events.emit('message', ...message);
    },
    images: imageLog(events),
    viewSheets: parts.viewSheets,
    metricBands: metricBands(),
    runState: { capture: () => running().runState.capture() },
    optimizers: { current: () => trainer?.optimizers.current() ?? [] },
    learningRate: {
      override: (schedule) => {
        running().learningRate.override(schedule);
      },
    },
    strategy: new SingleDevice(),
    batchStatistics: localBatchStatistics,
  });
  if (container.isBound(tokens.evaluationWeights.key)) {
    weights.connect(resolve(container, tokens.evaluationWeights));
  }
  const checkpointReader = container.isBound(tokens.checkpointReader.key)
    ? resolve(container, tokens.checkpointReader)
    : null;
  trainer = new Trainer(trainerOptions, {
    ...{ plugins, events, settings, weights, place: { folder: folder.path, data } },
    strategy: resolve(container, tokens.strategy),
    batchStatistics: resolve(container, tokens.batchStatistics),
    initialWeights: initialWeights === null ? null : () => initialWeights(checkpointReader),
  });
  return {
    trainer,
    checkpointReader,
    dispose: async () => {
      model.dispose();
      await container.unbindAll();
    },
  };
}

function askedTooEarly(): never {
  throw new FulgurError('plugin', {
    what: "A plugin's constructor accessed the run.",
    why: 'Plugins are built before the trainer.',
    fix: 'Access it in a host hook, such as onFitStart.',
  });
}
