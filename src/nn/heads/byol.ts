import { Linear } from '../layers';
import { requireSizes } from '../require-sizes';
import { ProjectionHead, hiddenBlock } from './projection-head';

/**
 * A linear layer with batch norm and ReLU to a wide hidden width, and a linear layer from it.
 *
 * Source: Grill et al., "Bootstrap your own latent" (2020); names, layers and defaults as in lightly.
 */
export class BYOLProjectionHead extends ProjectionHead {
  constructor(inFeatures = 2048, hiddenFeatures = 4096, outFeatures = 256) {
    requireSizes(new.target.name, { inFeatures, hiddenFeatures, outFeatures });
    super(...hiddenBlock(inFeatures, hiddenFeatures), new Linear(hiddenFeatures, outFeatures));
  }
}

/** Predicts the teacher's projection from the student's, with the same layers as the projection head. */
export class BYOLPredictionHead extends BYOLProjectionHead {
  constructor(inFeatures = 256, hiddenFeatures = 4096, outFeatures = 256) {
    super(inFeatures, hiddenFeatures, outFeatures);
  }
}

/**
 * The layers of BYOL's projection head.
 *
 * Source: Zhu et al., "TiCo: transformation invariance and covariance contrast" (2022); names and defaults as in
 * lightly.
 */
export class TiCoProjectionHead extends BYOLProjectionHead {}
