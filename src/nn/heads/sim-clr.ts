import { BatchNorm1d, Linear, ReLU } from '../layers';
import type { Layer } from '../layers';
import { requireSizes } from '../require-sizes';
import { ProjectionHead, layersBetween } from './projection-head';

/** The depth of a head, and whether it normalises; fewer than two layers are rejected (`FulgurError` `module`). */
export interface PerceptronHeadOptions {
  /** The number of linear layers, two or more (default 2). */
  readonly layers?: number;
  /** Batch norm after every linear layer, including the last; these layers then have no bias. */
  readonly batchNorm?: boolean;
}

/**
 * Linear layers with batch norm, ReLU after all except the last. SimCLR has two of them, its second version three.
 *
 * Source: Chen et al., "A simple framework for contrastive learning of visual representations" (2020); names, layers
 * and defaults as in lightly.
 */
export class SimCLRProjectionHead extends ProjectionHead {
  constructor(
    inFeatures = 2048,
    hiddenFeatures = 2048,
    outFeatures = 128,
    { layers = 2, batchNorm = true }: PerceptronHeadOptions = {},
  ) {
    requireSizes(new.target.name, { inFeatures, hiddenFeatures, outFeatures });
    const between = layersBetween('A SimCLRProjectionHead', layers);
    super(...perceptron(inFeatures, hiddenFeatures, outFeatures, between, batchNorm));
  }
}

/**
 * Linear layers, ReLU after all except the last: two without batch norm in MoCo's second version, three with it in its
 * third.
 *
 * Source: Chen et al., "Improved baselines with momentum contrastive learning" (2020); names, layers and defaults as in
 * lightly.
 */
export class MoCoProjectionHead extends ProjectionHead {
  constructor(
    inFeatures = 2048,
    hiddenFeatures = 2048,
    outFeatures = 128,
    { layers = 2, batchNorm = false }: PerceptronHeadOptions = {},
  ) {
    requireSizes(new.target.name, { inFeatures, hiddenFeatures, outFeatures });
    const between = layersBetween('A MoCoProjectionHead', layers);
    super(...perceptron(inFeatures, hiddenFeatures, outFeatures, between, batchNorm));
  }
}

/** Returns a layer to the hidden width, `layers − 2` layers of that width, and one from it to the output. */
function perceptron(
  inFeatures: number,
  hiddenFeatures: number,
  outFeatures: number,
  between: number,
  batchNorm: boolean,
): Layer[] {
  const block = (from: number, to: number): Layer[] => [
    new Linear(from, to, { bias: !batchNorm }),
    ...(batchNorm ? [new BatchNorm1d(to)] : []),
  ];
  return [
    ...block(inFeatures, hiddenFeatures),
    new ReLU(),
    ...Array.from({ length: between }, () => [...block(hiddenFeatures, hiddenFeatures), new ReLU()]).flat(),
    ...block(hiddenFeatures, outFeatures),
  ];
}
