import type {
  EvaluationData,
  Ranks,
  AnyPlugin,
  RunEventBus,
  RunFolder,
  RunSettings,
  TrainerOptions,
  ViewBatch,
} from '../contracts';
import type { TrainingModule } from '../trainer';

/** What a run has made before its container is built. */
export interface RunParts {
  readonly settings: RunSettings;
  readonly trainerOptions: TrainerOptions;
  readonly events: RunEventBus;
  readonly folder: RunFolder;
  readonly data: { readonly name: string; readonly batchSize: number; readonly samples: number };
  readonly evaluation: EvaluationData;
  readonly module: TrainingModule<ViewBatch>;
  readonly plugins: readonly AnyPlugin[];
  readonly ranks: Ranks;
}
