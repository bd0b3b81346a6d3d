import type { Tensor4D } from '@tensorflow/tfjs-core';

export * as tf from '@tensorflow/tfjs-converter';

/** `n` normalised images, channels first. */
export declare const values: Float32Array;
export declare const n: number;
export declare const height: number;
export declare const width: number;
export declare const images: Tensor4D;
