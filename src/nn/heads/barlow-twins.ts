import { Linear } from '../layers';
import { requireSizes } from '../require-sizes';
import { ProjectionHead, hiddenBlock, layersBetween } from './projection-head';

/**
 * Three wide linear layers, with batch norm and ReLU after the first two.
 *
 * Source: Zbontar et al., "Barlow Twins: self-supervised learning via redundancy reduction" (2021); names, layers and
 * defaults as in lightly.
 */
export class BarlowTwinsProjectionHead extends ProjectionHead {
  constructor(inFeatures = 2048, hiddenFeatures = 8192, outFeatures = 8192) {
    requireSizes(new.target.name, { inFeatures, hiddenFeatures, outFeatures });
    super(
      ...hiddenBlock(inFeatures, hiddenFeatures),
      ...hiddenBlock(hiddenFeatures, hiddenFeatures),
      new Linear(hiddenFeatures, outFeatures),
    );
  }
}

/** Options of the VICReg head. */
export interface VICRegHeadOptions {
  /** The number of linear layers, two or more (default 3). */
  readonly layers?: number;
}

/**
 * The layers of Barlow Twins' head, in a chosen number.
 *
 * Source: Bardes, Ponce and LeCun, "VICReg: variance-invariance-covariance regularization" (2022); names, layers and
 * defaults as in lightly.
 *
 * @throws FulgurError `module` for fewer than two layers, and for widths below 1.
 */
export class VICRegProjectionHead extends ProjectionHead {
  constructor(
    inFeatures = 2048,
    hiddenFeatures = 8192,
    outFeatures = 8192,
    { layers = 3 }: VICRegHeadOptions = {},
  ) {
    requireSizes(new.target.name, { inFeatures, hiddenFeatures, outFeatures });
    const length = layersBetween('A VICRegProjectionHead', layers);
    super(
      ...hiddenBlock(inFeatures, hiddenFeatures),
      ...Array.from({ length }, () => hiddenBlock(hiddenFeatures, hiddenFeatures)).flat(),
      new Linear(hiddenFeatures, outFeatures),
    );
  }
}
