export { freeBatch } from './batch/free-batch';
export type { SizedGraph } from './batch/same-work';
export { withoutDeadNodes } from './dead-nodes';
export { listOperations } from './list-operations';
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
