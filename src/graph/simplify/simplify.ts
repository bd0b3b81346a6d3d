import type { FrozenGraph } from '../frozen-graph';
import { foldConstants } from './fold-constants';
import { foldScales } from './fold-scales';
import { GraphEditor } from './graph-editor';
import { removeIdle, unwrapProducts } from './remove-idle';
import { shareConstants } from './share-constants';

/**
 * Rewrites a graph with fewer operations: what depends on constants alone is computed in double precision; batch norm
 * in evaluation mode, and other per-channel factors and offsets, are folded into the weights and one `BiasAdd` of the
 * convolution or product before them; identities, reshapes of reshapes and unneeded nodes are removed.
 *
 * Results differ from the graph's own by float32 rounding.
 */
export function simplify(graph: FrozenGraph): FrozenGraph {
  const editor = new GraphEditor(graph);
  reduce(editor);
  foldScales(editor);
  reduce(editor);
  shareConstants(editor);
  return editor.finish();
}

/** Maximum number of rounds, more than any graph has needed. */
const MOST_ROUNDS = 8;

/** One rule may make another applicable. */
function reduce(editor: GraphEditor): void {
  for (let round = 0, before = ''; round < MOST_ROUNDS && before !== outline(editor); round++) {
    before = outline(editor);
    unwrapProducts(editor);
    foldConstants(editor);
    removeIdle(editor);
  }
}

function outline(editor: GraphEditor): string {
  return JSON.stringify(editor.finish().nodes.map(({ name, op, inputs }) => [name, op, inputs]));
}
