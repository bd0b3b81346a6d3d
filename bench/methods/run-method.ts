import { Experiment, ambientSeed, nn, run, withSeed } from '../../src';
import type { AnyPlugin, DataDefinition, Optimizer, TrainingModule, ViewBatch } from '../../src';
import { restartTeachers } from '../../src/nn/teacher';
import type { SimSiam } from '../../experiments/simsiam';
import type { CaseData } from './case';
import { pictograms } from './pictograms';
import { batchSize, settingsOf } from './settings';

export interface MethodRun {
  /** Parent of the run's folder. */
  readonly folder: string;
  /** Options in addition to those that all methods share. */
  readonly words: Readonly<Record<string, string>>;
  readonly plugins: readonly AnyPlugin[];
  /** Receives the module being trained. */
  readonly onModule?: (module: TrainingModule<ViewBatch>) => void;
}

/** Trains a method on its views of the data. The process's exit code is not 0 if that fails. */
export async function runMethod(
  method: string,
  data: CaseData,
  { folder, words, plugins, onModule }: MethodRun,
): Promise<void> {
  const { build, views, options, optimizer } = settingsOf(method);
  const source: DataDefinition<ViewBatch> = {
    ...(data === 'digits' ? { name: 'digits' } : { dataset: pictograms() }),
    ...{ transform: views[data](), batchSize, dropLast: true },
  };
  // The type checker accepts any class that is not abstract.
  const Base = build as unknown as typeof SimSiam;
  @Experiment({ name: method, data: source, plugins })
  class MethodCase extends Base {
    constructor() {
      super();
      drawAsLightly(this);
      onModule?.(this);
    }

    override configureOptimizers(): Optimizer {
      return optimizer.build?.(this) ?? super.configureOptimizers();
    }
  }
  const all = {
    ...options,
    ...words,
    'trainer.defaultRootDir': folder,
    'trainer.enableCheckpointing': 'false',
    'trainer.enableProgressBar': 'false',
  };
  await run(MethodCase, { args: Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]) });
}

/** Gives a ResNet the initial values of lightly's for small images, whose convolutions keep PyTorch's default. */
function drawAsLightly(model: nn.Module): void {
  for (const part of Object.values(model) as unknown[]) {
    if (!(part instanceof nn.ResNetBackbone)) continue;
    // From the start of the seed's draws, so that all methods start with the same backbone.
    const drawn = withSeed(ambientSeed(), () =>
      nn.resnet18({ head: 'none', stem: 'cifar', width: 16, initialization: 'pytorch' }),
    );
    part.loadStateDict(drawn.stateDict());
    drawn.dispose();
    // A teacher is also a backbone, and takes the student's values.
    break;
  }
  restartTeachers(model);
}
