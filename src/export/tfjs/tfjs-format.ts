import type { GraphFormat } from '../export-format';
import { graphModelRuntime } from './graph-model-runtime';
import { writeGraphModel } from './write-graph-model';

/** A graph model for `tf.loadGraphModel` of TensorFlow.js: in browsers, in Node, in React Native. */
export const tfjsFormat: GraphFormat = {
  name: 'tfjs',
  ending: '',
  layouts: ['nhwc'],
  source: 'graph',
  async write({ graph, name, featureWidth, input, preprocessing, identity }, out) {
    const metadata = { fulgur: { experiment: name, featureWidth, input, preprocessing, identity } };
    const files = await writeGraphModel(graph, out, metadata);
    return { files, runtimes: [await graphModelRuntime(out)] };
  },
};
