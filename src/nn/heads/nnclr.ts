import { BatchNorm1d, Linear } from '../layers';
import { BYOLPredictionHead } from './byol';
import { requireSizes } from '../require-sizes';
import { ProjectionHead, hiddenBlock } from './projection-head';

/**
 * Three linear layers, each with batch norm; ReLU after the first two.
 *
 * Source: Dwibedi et al., "With a little help from my friends: nearest-neighbor contrastive learning of visual
 * representations" (2021); names, layers and defaults as in lightly.
 */
export class NNCLRProjectionHead extends ProjectionHead {
  constructor(inFeatures = 2048, hiddenFeatures = 2048, outFeatures = 256) {
    requireSizes(new.target.name, { inFeatures, hiddenFeatures, outFeatures });
    super(
      ...hiddenBlock(inFeatures, hiddenFeatures),
      ...hiddenBlock(hiddenFeatures, hiddenFeatures),
      new Linear(hiddenFeatures, outFeatures, { bias: false }),
      new BatchNorm1d(outFeatures),
    );
  }
}

/** Predicts one view's nearest neighbour from the other view: the layers of BYOL's prediction head. */
export class NNCLRPredictionHead extends BYOLPredictionHead {}
