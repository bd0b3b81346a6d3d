/**
 * TensorFlow.js's loader and executor of graph models, over the tensors of this process. In a clone and in the package this
 * file is one script with `@tensorflow/tfjs-converter`; `nodeBundle('graph-model')` loads it.
 */
export { loadGraphModel, version_converter as converterVersion } from '@tensorflow/tfjs-converter';
