import type * as tf from '@tensorflow/tfjs-core';
import type { Module } from '../module';

/** A module that takes one tensor and returns one: an element of `Sequential`. */
export interface Layer extends Module {
  forward(x: tf.Tensor): tf.Tensor;
}
