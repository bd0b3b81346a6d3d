import { fulgurVersion } from '../config';
import type { Json, SavedState, StateDict, WeightKind } from '../contracts';
import { stateDigest } from '../evaluation';
import type { ModelIdentity } from '../evaluation';

/** The facts that identify a model. */
export interface EvaluatedModel {
  readonly experiment: string;
  /** `undefined` for random weights. */
  readonly from: Pick<SavedState, 'path' | 'state'> | undefined;
  readonly weights: WeightKind;
  /** The state of the module with these weights. */
  readonly state: StateDict;
  /** The evaluation view as recorded. */
  readonly view: Json;
}

/** Returns the identity of a model. */
export function identityOfModel({ experiment, from, weights, state, view }: EvaluatedModel): ModelIdentity {
  const { globalStep = 0, epoch = 0 } = from?.state.progress ?? {};
  return {
    ...{ experiment, checkpoint: from?.path ?? null, step: globalStep, epoch, weights },
    ...{ sha256: stateDigest(state), view, fulgur: fulgurVersion() },
  };
}
