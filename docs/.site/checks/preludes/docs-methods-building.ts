import type { nn, tf } from '../../../../src';

/** What MAE's training step works with. */
export declare const backbone: nn.MaskedVisionTransformer;
export declare const decoder: nn.MAEDecoder;
export declare const images: tf.Tensor4D;
export declare const batch: number;
