import { compile } from '../engine';
import type { CompiledStep, CompileStepOptions, MetricPart, Strategy, TrainingStep } from './strategy';

/** One process, one device, nobody to exchange with. */
export class SingleDevice implements Strategy {
  readonly name = 'single-device';
  readonly rank = 0;
  readonly worldSize = 1;

  setup(): Promise<void> {
    return Promise.resolve();
  }

  compileStep<B>(step: TrainingStep<B>, options: CompileStepOptions): CompiledStep<B> {
    return compile<[B], ReturnType<TrainingStep<B>>>(step, options);
  }

  reduceMetrics(parts: readonly MetricPart[]): Promise<readonly MetricPart[]> {
    return Promise.resolve(parts);
  }

  barrier(): Promise<void> {
    return Promise.resolve();
  }

  teardown(): Promise<void> {
    return Promise.resolve();
  }
}
