import type { ModelAccess, Ranks } from '../../../../src';

export { averageGradients } from '../../../../plugins/data-parallel';

/** A strategy, as far as the page shows one. */
export abstract class Fragment {
  protected abstract readonly ranks: Ranks;
  protected abstract readonly model: ModelAccess;
  protected abstract readonly options: { readonly bucketMiB: number; readonly everyNSteps: number };
}
