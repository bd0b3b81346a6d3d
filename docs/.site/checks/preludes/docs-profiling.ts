import type { tf } from '../../../../src';

/** A step of one's own, and its batch. */
export declare function step(batch: tf.Tensor): Promise<void>;
export declare const batch: tf.Tensor;
