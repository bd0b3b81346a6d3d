import * as tf from '@tensorflow/tfjs-core';
import { currentEngine } from './current-engine';

/** The number of tensors that tfjs holds, and of values alive in native memory. Steps that leak make them grow. */
export function liveCounts(): { tensors: number; handles: number } {
  return { tensors: tf.memory().numTensors, handles: currentEngine().binding.table.handles };
}
