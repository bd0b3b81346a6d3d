import { ContainerModule } from 'inversify';
import { tokens } from '../contracts';
import type { RunParts } from './run-parts';

/** Data for plugins; training data go to the trainer by hand. */
export function dataModule({ evaluation }: RunParts): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(tokens.evaluationData.key).toConstantValue(evaluation);
  });
}
