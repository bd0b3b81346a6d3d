import type { GraphNode, GraphValue } from '../../../graph';
import { permuted } from '../axes';
import type { Conversion, Converter } from '../conversion';
import { attribute } from '../node-attributes';

/** Matrix products. */
export const products: Readonly<Record<string, Converter>> = {
  MatMul: (node, to) => product(node, to, 'transpose_a', 'transpose_b'),
  BatchMatMul: (node, to) => product(node, to, 'adj_x', 'adj_y'),
  BatchMatMulV2: (node, to) => product(node, to, 'adj_x', 'adj_y'),
  BatchMatMulV3: (node, to) => product(node, to, 'adj_x', 'adj_y'),
  Einsum: (node, to) => {
    const equation = attribute(node, 'equation', 'string', '');
    const operands = node.inputs.map((value) => to.plain(value));
    to.set(node, to.graph.add('Einsum', operands, node.name, { equation }));
  },
};

function product(node: GraphNode, to: Conversion, ofFirst: string, ofSecond: string): void {
  const operand = (index: number, flag: string): string => {
    const value = to.input(node, index);
    return attribute(node, flag, 'bool', false)
      ? transposed(value, to, `${node.name}/${index === 0 ? 'a' : 'b'}`)
      : to.plain(value);
  };
  const operands = [operand(0, ofFirst), operand(1, ofSecond)];
  to.set(node, to.graph.add('MatMul', operands, node.name));
}

/** Swaps the last two axes. */
function transposed(value: GraphValue, to: Conversion, label: string): string {
  const rank = to.rankOf(value);
  const perm = [...Array(rank - 2).keys(), rank - 1, rank - 2];
  const constant = to.constantOf(value);
  return constant === null
    ? to.graph.add('Transpose', [to.plain(value)], label, { perm })
    : to.graph.constant(permuted(constant, perm), label);
}
