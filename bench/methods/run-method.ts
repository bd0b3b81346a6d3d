import { Experiment, run } from '../../src';
import type { AnyPlugin, DataDefinition, TrainingModule, ViewBatch } from '../../src';
import type { CaseData } from './case';
import type { NarrowFastSiam } from './narrow-experiments';
import { pictograms } from './pictograms';
import { batchSize, settingsOf } from './settings';

export interface MethodRun {
  /** Where the run's folder goes. */
  readonly folder: string;
  /** Options beside those that all methods have in common. */
  readonly words: Readonly<Record<string, string>>;
  readonly plugins: readonly AnyPlugin[];
  /** Is told the module that is trained. */
  readonly onModule?: (module: TrainingModule<ViewBatch>) => void;
}

/** Trains a method on its views of the data. The process's exit code is not 0 where that failed. */
export async function runMethod(
  method: string,
  data: CaseData,
  { folder, words, plugins, onModule }: MethodRun,
): Promise<void> {
  const { build, views } = settingsOf(method);
  const source: DataDefinition<ViewBatch> = {
    ...(data === 'digits' ? { name: 'digits' } : { dataset: pictograms() }),
    ...{ transform: views[data](), batchSize, dropLast: true },
  };
  // Any class that is not abstract will do for the type checker.
  const Base = build as unknown as typeof NarrowFastSiam;
  @Experiment({ name: method, data: source, plugins })
  class MethodCase extends Base {
    constructor() {
      super();
      onModule?.(this);
    }
  }
  const all = {
    ...words,
    'trainer.defaultRootDir': folder,
    'trainer.enableCheckpointing': 'false',
    'trainer.enableProgressBar': 'false',
  };
  await run(MethodCase, { args: Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]) });
}
