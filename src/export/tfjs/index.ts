export { graphModelRuntime } from './graph-model-runtime';
export { tfjsFormat } from './tfjs-format';
export { writeGraphModel } from './write-graph-model';
