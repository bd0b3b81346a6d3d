export { freeBatch } from './batch/free-batch';
export type { SizedGraph } from './batch/same-work';
export { withoutDeadNodes } from './dead-nodes';
export { listOperations } from './list-operations';
export { simplify } from './simplify/simplify';
export { productsForTinyMaps } from './simplify/tiny-maps';
export { withUint8Input } from './uint8-input';
export type { ChannelNormalization } from './uint8-input';
export type {
  FrozenGraph,
  GraphAttribute,
  GraphConstant,
  GraphDtype,
  GraphFacts,
  GraphNode,
  GraphShape,
  GraphValue,
} from './frozen-graph';
