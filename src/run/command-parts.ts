import type { Ranks, RunFolder, ViewBatch } from '../contracts';
import type { PreparedData } from '../data';
import type { ResumeFrom, Trainer, TrainingModule } from '../trainer';
import type { RunRequest } from './execute-run';

/** What a command works with, once everything is put together. */
export interface CommandParts extends RunRequest {
  readonly module: TrainingModule<ViewBatch>;
  readonly data: PreparedData;
  readonly folder: RunFolder;
  readonly trainer: Trainer;
  readonly ranks: Ranks;
  /** The checkpoint that was asked for. */
  readonly from: ResumeFrom | undefined;
}
