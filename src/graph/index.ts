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
