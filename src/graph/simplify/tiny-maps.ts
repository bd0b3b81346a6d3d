import type { FrozenGraph, GraphConstant, GraphNode, GraphValue } from '../frozen-graph';
import { GraphEditor } from './graph-editor';

/** A convolution along one axis: positions before padding, and the padding before the first. */
interface Axis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly before: number;
}

/** A convolution of a map of known size by constant weights. */
interface Convolution {
  readonly node: GraphNode;
  /** The image before padding. */
  readonly image: GraphValue;
  /** `[kernel height, kernel width, in, out]`. */
  readonly weight: GraphConstant;
  readonly rows: Axis;
  readonly columns: Axis;
}

/**
 * Replaces convolutions of tiny maps by one product each, `[batch, height · width · in] · [height · width · in,
 * out height · out width · out]`: of the taps of a 3 × 3 kernel, a 1 × 1 map meets one and a 2 × 2 map four, and the
 * others multiply padding. Exact up to the order of sums. See `docs/adr/0012-convolutions-as-products.md`, where
 * training does the same.
 */
export function productsForTinyMaps(graph: FrozenGraph): FrozenGraph {
  const editor = new GraphEditor(graph);
  for (const { name } of graph.nodes) {
    const convolution = convolutionOf(editor, editor.nodeOf({ node: name, output: 0 }));
    if (convolution !== null && isTiny(convolution)) replace(editor, convolution);
  }
  return editor.finish();
}

/** Whether the product needs at most half of the multiplications, and its matrix at most twice the weight's memory. */
function isTiny({ rows, columns }: Convolution): boolean {
  const [inputs, outputs] = [rows.input * columns.input, rows.output * columns.output];
  const taps = rows.kernel * columns.kernel;
  return inputs * outputs <= 2 * taps && (inputs === 1 || 2 * inputs <= taps);
}

/** Returns `null` for any other operation. */
function convolutionOf(editor: GraphEditor, node: GraphNode): Convolution | null {
  const [input, kernel] = node.inputs;
  const weight = editor.rawConstant(kernel);
  if (node.op !== 'Conv2D' || input === undefined || weight?.dtype !== 'float32') return null;
  const { data_format: format, dilations, padding, strides } = node.attributes;
  if ((format?.value ?? 'NHWC') !== 'NHWC') return null;
  if (dilations?.kind === 'ints' && dilations.value.some((step) => step !== 1)) return null;
  if (strides?.kind !== 'ints' || (padding?.value !== 'SAME' && padding?.value !== 'VALID')) return null;
  const around = padding.value === 'VALID' ? zeroPaddingOf(editor, input) : null;
  const image = around?.image ?? input;
  const [given, made] = [editor.facts(image).shape, node.outputs[0]?.shape ?? []];
  // The channels of a grouped convolution do not meet all of the weight.
  if (given[3] !== weight.shape[2]) return null;
  const [rows, columns] = [1, 2].map((axis): Axis | null => {
    const [size, output] = [given[axis], made[axis]];
    const [taps = 1, stride = 1] = [weight.shape[axis - 1], strides.value[axis]];
    if (typeof size !== 'number' || typeof output !== 'number') return null;
    const same = padding.value === 'SAME' ? Math.max(0, (output - 1) * stride + taps - size) : 0;
    const before = around?.before[axis - 1] ?? Math.floor(same / 2);
    return { input: size, output, kernel: taps, stride, before };
  });
  return rows && columns ? { node, image, weight, rows, columns } : null;
}

/** Returns `null` unless a value is an image with zeros around it. */
function zeroPaddingOf(
  editor: GraphEditor,
  value: GraphValue,
): { readonly image: GraphValue; readonly before: readonly number[] } | null {
  const { op, inputs } = editor.nodeOf(value);
  const [image, cells, filling] = inputs;
  if (image === undefined || (op !== 'Pad' && op !== 'PadV2')) return null;
  const counts = editor.constant(cells)?.values;
  if (counts?.length !== 8 || [0, 1, 6, 7].some((at) => counts[at] !== 0)) return null;
  if (op === 'PadV2' && editor.constant(filling)?.values[0] !== 0) return null;
  return { image, before: [counts[2] ?? 0, counts[4] ?? 0] };
}

function replace(editor: GraphEditor, convolution: Convolution): void {
  const { node, image, weight, rows, columns } = convolution;
  const [batch = null] = editor.facts(image).shape;
  const [inChannels, outChannels] = weight.shape.slice(2) as [number, number];
  const inner = rows.input * columns.input * inChannels;
  const outer = rows.output * columns.output * outChannels;
  const { name, module } = node;
  const matrix = editor.addConstant(`${name}/matrix`, module, {
    dtype: 'float32',
    shape: [inner, outer],
    values: matrixOf(convolution),
  });
  const cells = editor.addReshape(`${name}/rows`, module, image, [batch, inner]);
  const product = editor.addProduct(`${name}/MatMul`, module, [cells, matrix], [batch, outer]);
  const map = editor.addReshape(`${name}/map`, module, product, [
    batch,
    rows.output,
    columns.output,
    outChannels,
  ]);
  editor.redirect({ node: name, output: 0 }, map);
}

/** Returns the matrix by which the positions of the image are multiplied, row-major. */
function matrixOf({ weight, rows, columns }: Convolution): Float32Array {
  const [, , inChannels, outChannels] = weight.shape as [number, number, number, number];
  const { values } = weight;
  const outer = rows.output * columns.output * outChannels;
  const matrix = new Float32Array(rows.input * columns.input * inChannels * outer);
  for (const row of meetings(rows)) {
    for (const column of meetings(columns)) {
      const tap = (row.tap * columns.kernel + column.tap) * inChannels;
      const from = (row.input * columns.input + column.input) * inChannels;
      const to = (row.output * columns.output + column.output) * outChannels;
      for (let channel = 0; channel < inChannels; channel++) {
        const taken = (values as Float32Array).subarray(
          (tap + channel) * outChannels,
          (tap + channel + 1) * outChannels,
        );
        matrix.set(taken, (from + channel) * outer + to);
      }
    }
  }
  return matrix;
}

/** Returns the taps that meet the image, not its padding. */
function meetings({ input: size, output: outputs, kernel, stride, before }: Axis) {
  const found: { readonly output: number; readonly tap: number; readonly input: number }[] = [];
  for (let output = 0; output < outputs; output++) {
    for (let tap = 0; tap < kernel; tap++) {
      const input = output * stride + tap - before;
      if (input >= 0 && input < size) found.push({ output, tap, input });
    }
  }
  return found;
}
