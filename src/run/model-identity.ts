import { fulgurVersion } from '../config';
import type { Json, ModelAccess, WeightKind } from '../contracts';
import { stateDigest } from '../evaluation';
import type { ModelIdentity } from '../evaluation';
import type { CommandScope } from './scope';

/** The identity of the model that a command looks at. */
export function identityOfModel(
  { name, run }: Pick<CommandScope, 'name' | 'run'>,
  {
    model,
    weights,
    view,
  }: { readonly model: ModelAccess; readonly weights: WeightKind; readonly view: Json },
): ModelIdentity {
  const { globalStep = 0, epoch = 0 } = run.from?.state.progress ?? {};
  return {
    experiment: name,
    checkpoint: run.from?.path ?? null,
    step: globalStep,
    epoch,
    weights,
    sha256: stateDigest(model.stateDict()),
    view,
    fulgur: fulgurVersion(),
  };
}
