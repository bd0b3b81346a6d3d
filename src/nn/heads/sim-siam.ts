import { BatchNorm1d, Linear } from '../layers';
import { requireSizes } from '../require-sizes';
import { ProjectionHead, hiddenBlock } from './projection-head';

/**
 * Three linear layers, each with batch norm, the last without scale and offset; ReLU after the first two.
 *
 * Source: Chen and He, "Exploring simple Siamese representation learning" (2021); names and layers as in lightly.
 */
export class SimSiamProjectionHead extends ProjectionHead {
  constructor(inFeatures = 2048, hiddenFeatures = 2048, outFeatures = 2048) {
    requireSizes(new.target.name, { inFeatures, hiddenFeatures, outFeatures });
    super(
      ...hiddenBlock(inFeatures, hiddenFeatures),
      ...hiddenBlock(hiddenFeatures, hiddenFeatures),
      new Linear(hiddenFeatures, outFeatures, { bias: false }),
      new BatchNorm1d(outFeatures, { affine: false }),
    );
  }
}

/**
 * A linear layer with batch norm and ReLU to a narrow hidden width, and a linear layer from it.
 *
 * Source: Chen and He, "Exploring simple Siamese representation learning" (2021); names and layers as in lightly.
 */
export class SimSiamPredictionHead extends ProjectionHead {
  constructor(inFeatures = 2048, hiddenFeatures = 512, outFeatures = 2048) {
    requireSizes(new.target.name, { inFeatures, hiddenFeatures, outFeatures });
    super(...hiddenBlock(inFeatures, hiddenFeatures), new Linear(hiddenFeatures, outFeatures));
  }
}
