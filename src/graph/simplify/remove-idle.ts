import type { GraphNode, GraphValue } from '../frozen-graph';
import { openAxes } from './graph-editor';
import type { GraphEditor } from './graph-editor';
import { combined } from './plain-values';

const idle = new Set(['Identity', 'StopGradient', 'PreventGradient', 'Snapshot']);

/** Removes operations that return their input unchanged, and merges operations around tiles and reshapes. */
export function removeIdle(editor: GraphEditor): void {
  for (const { name } of editor.finish().nodes) {
    const node = editor.nodeOf({ node: name, output: 0 });
    const same = inputInPlaceOf(editor, node);
    if (same !== null) editor.redirect({ node: name, output: 0 }, same);
    else if (node.op === 'Reshape') skipReshape(editor, node);
    else addBeforeRepeating(editor, node);
  }
}

function inputInPlaceOf(editor: GraphEditor, node: GraphNode): GraphValue | null {
  const [input, argument] = node.inputs;
  const [facts] = node.outputs;
  if (input === undefined || facts === undefined) return null;
  const before = editor.facts(input);
  const isSameShape =
    before.shape.length === facts.shape.length &&
    before.shape.every((size, axis) => size === facts.shape[axis]) &&
    openAxes(facts.shape) <= 1;
  if (idle.has(node.op)) return input;
  if (node.op === 'Cast' && before.dtype === facts.dtype) return input;
  if (node.op === 'Reshape' && isSameShape) return input;
  const isPad = node.op === 'Pad' || node.op === 'PadV2';
  if (!isPad && node.op !== 'Transpose') return null;
  const values = editor.constant(argument)?.values;
  if (node.op === 'Transpose' && values?.every((axis, index) => axis === index) === true) return input;
  return isPad && values?.every((cells) => cells === 0) === true ? input : null;
}

/** A reshape of a reshape is a single reshape. */
function skipReshape(editor: GraphEditor, node: GraphNode): void {
  const [input, shape] = node.inputs;
  if (input === undefined || shape === undefined) return;
  const inner = editor.nodeOf(input);
  const [source] = inner.inputs;
  if (inner.op === 'Reshape' && source !== undefined) editor.put({ ...node, inputs: [source, shape] });
}

/** A constant added to the repetitions of a block is added to the block instead. */
function addBeforeRepeating(editor: GraphEditor, node: GraphNode): void {
  const combine = { AddV2: (a: number, b: number) => a + b, Mul: (a: number, b: number) => a * b }[node.op];
  if (combine === undefined) return;
  const repeated = node.inputs.find((input) => editor.nodeOf(input).op === 'BroadcastTo');
  const values = editor.constant(node.inputs.find((input) => input !== repeated));
  if (repeated === undefined || values?.dtype !== 'float32') return;
  const repetition = editor.nodeOf(repeated);
  const [source, shape] = repetition.inputs;
  const block = editor.constant(source);
  if (block === null || source === undefined || shape === undefined) return;
  const sum = combined(block, values, combine);
  const fits = sum?.shape.length === block.shape.length;
  if (sum === null || !fits || !sum.shape.every((size, axis) => size === block.shape[axis])) return;
  const constant = { dtype: sum.dtype, shape: sum.shape, values: Float32Array.from(sum.values) };
  const made = editor.addConstant(`${node.name}/block`, node.module, constant);
  editor.put({ ...node, op: 'BroadcastTo', inputs: [made, shape], attributes: repetition.attributes });
}

/**
 * Turns batched products with a single matrix, which tfjs makes of every product, into matrix products: `[…, rows,
 * inner] · [inner, columns]`.
 */
export function unwrapProducts(editor: GraphEditor): void {
  for (const node of editor.finish().nodes) {
    const [a, b] = node.inputs;
    const [facts] = node.outputs;
    const isTurned = (name: string): boolean => node.attributes[name]?.value === true;
    if (node.op !== 'BatchMatMulV2' || a === undefined || b === undefined || facts === undefined) continue;
    const [left, right] = [editor.facts(a).shape, editor.facts(b).shape];
    const isOneMatrix = right.slice(0, -2).every((size) => size === 1) && openAxes(right) === 0;
    const rest = left.slice(0, -1);
    const inner = left.at(-1);
    if (!isOneMatrix || isTurned('adj_x') || typeof inner !== 'number') continue;
    if (openAxes(facts.shape) > 1 || openAxes(rest) > 1) continue;
    const matrix = right.slice(-2) as readonly number[];
    const columns = facts.shape.at(-1) as number;
    const rows = openAxes(rest) > 0 ? null : rest.reduce<number>((size, extent) => size * (extent ?? 1), 1);
    const { name, module } = node;
    const factors = [
      editor.addReshape(`${name}/rows`, module, a, [rows, inner]),
      editor.addReshape(`${name}/matrix`, module, b, matrix),
    ] as const;
    const product = editor.addProduct(`${name}/MatMul`, module, factors, [rows, columns], isTurned('adj_y'));
    const batches = editor.addReshape(`${name}/batches`, module, product, facts.shape);
    editor.redirect({ node: name, output: 0 }, batches);
  }
}
