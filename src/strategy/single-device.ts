import type { CompiledStep, CompileStepOptions, Strategy, TrainingStep } from '../contracts';
import { compile } from '../engine';
import { soloRanks } from './solo-ranks';

/** One process, one device, nobody to exchange with. */
export class SingleDevice implements Strategy {
  readonly name = 'single-device';
  readonly ranks = soloRanks;
  readonly ranksDiffer = false;

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  compileStep<B>(step: TrainingStep<B>, options: CompileStepOptions): CompiledStep<B> {
    return compile<[B], ReturnType<TrainingStep<B>>>(step, options);
  }

  beforeEvaluation(): Promise<void> {
    return Promise.resolve();
  }
}
