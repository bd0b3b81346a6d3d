import type { GraphConstant, GraphNode, GraphValue } from '../frozen-graph';
import type { GraphEditor } from './graph-editor';
import type { PlainValues } from './plain-values';

/** y = scale · x + offset, per output channel of a product. */
interface ChannelMap {
  readonly scale: Float64Array;
  readonly offset: Float64Array;
  /** Whether anything was added: a product that had no bias may still need none. */
  isShifted: boolean;
}

/**
 * Folds per-channel factors and offsets that follow convolutions and products into their weights and one bias each:
 * above all, batch norm in evaluation mode. Computed in double precision and rounded once.
 */
export function foldScales(editor: GraphEditor): void {
  for (const { name } of editor.finish().nodes) {
    const node = editor.nodeOf({ node: name, output: 0 });
    const weight = weightOf(editor, node);
    if (weight !== null) foldBehind(editor, node, weight);
  }
}

/** The weights of a product, and the position of the output channels in their shape: `[…, channels]` or `[channels, …]`. */
interface Weight {
  readonly value: GraphValue;
  readonly constant: GraphConstant;
  readonly channels: number;
  readonly channelsFirst: boolean;
}

function weightOf(editor: GraphEditor, node: GraphNode): Weight | null {
  const [, value] = node.inputs;
  const constant = editor.rawConstant(value);
  if (value === undefined || constant?.dtype !== 'float32') return null;
  const channelsFirst = node.op === 'MatMul' && node.attributes['transpose_b']?.value === true;
  const channels = node.outputs[0]?.shape.at(-1);
  const isProduct = ['Conv2D', 'DepthwiseConv2dNative', 'MatMul'].includes(node.op);
  const isNhwc = (node.attributes['data_format']?.value ?? 'NHWC') === 'NHWC';
  if (!isProduct || !isNhwc || typeof channels !== 'number') return null;
  return { value, constant, channels, channelsFirst };
}

function foldBehind(editor: GraphEditor, product: GraphNode, weight: Weight): void {
  const { channels } = weight;
  const map: ChannelMap = {
    scale: new Float64Array(channels).fill(1),
    offset: new Float64Array(channels),
    isShifted: false,
  };
  const readers = editor.readers();
  let behind: string = product.name;
  const absorbed: { readonly node: string; readonly input: GraphValue }[] = [];
  for (;;) {
    const list = readers.get(behind) ?? [];
    const [next] = list;
    if (list.length !== 1 || next === undefined || next === null) break;
    const input = next.inputs.find((value) => value.node === behind);
    if (input === undefined || input.output !== 0) break;
    if (next.op === 'Reshape' && next.outputs[0]?.shape.at(-1) === channels) {
      behind = next.name;
      continue;
    }
    if (!absorb(editor, next, input, map)) break;
    absorbed.push({ node: next.name, input });
    behind = next.name;
  }
  if (absorbed.length === 0) return;
  // In reverse order, so that each redirect ends at a value that remains.
  for (const { node, input } of absorbed.toReversed()) editor.redirect({ node, output: 0 }, input);
  rewrite(editor, product, weight, map);
}

/** Folds one operation into the map; returns `false` if it is of another kind. */
function absorb(editor: GraphEditor, node: GraphNode, input: GraphValue, map: ChannelMap): boolean {
  const channels = map.scale.length;
  const apply = (scaleOf: (channel: number) => number, offsetOf: (channel: number) => number): true => {
    for (let channel = 0; channel < channels; channel++) {
      const factor = scaleOf(channel);
      map.scale[channel] = (map.scale[channel] ?? 0) * factor;
      map.offset[channel] = (map.offset[channel] ?? 0) * factor + offsetOf(channel);
    }
    return true;
  };
  const shift = (offsetOf: (channel: number) => number, sign = 1): true => {
    map.isShifted = true;
    return apply(() => sign, offsetOf);
  };
  if (node.op === 'Neg')
    return apply(
      () => -1,
      () => 0,
    );
  if (node.op === 'FusedBatchNormV3') return absorbBatchNorm(editor, node, input, map, apply);
  if (node.inputs.length !== 2) return false;
  const isFirst = node.inputs[0] === input || node.inputs[0]?.node === input.node;
  const other = perChannel(editor, node.inputs[isFirst ? 1 : 0], editor.facts(input).shape.length, channels);
  if (other === null) return false;
  switch (node.op) {
    case 'AddV2':
    case 'BiasAdd':
      return shift(other);
    case 'Sub':
      return isFirst ? shift((channel) => -other(channel)) : shift(other, -1);
    case 'Mul':
      return apply(other, () => 0);
    case 'RealDiv':
      return isFirst
        ? apply(
            (channel) => 1 / other(channel),
            () => 0,
          )
        : false;
    default:
      return false;
  }
}

function absorbBatchNorm(
  editor: GraphEditor,
  node: GraphNode,
  input: GraphValue,
  map: ChannelMap,
  apply: (scaleOf: (channel: number) => number, offsetOf: (channel: number) => number) => true,
): boolean {
  const [, ...statistics] = node.inputs.map((value) => editor.constant(value));
  const [scale, offset, mean, variance] = statistics;
  const epsilon = node.attributes['epsilon']?.value;
  const isEvaluated = node.attributes['is_training']?.value === false && node.inputs[0]?.node === input.node;
  if (!isEvaluated || !scale || !offset || !mean || !variance || typeof epsilon !== 'number') return false;
  const at = ({ values }: PlainValues, channel: number): number => values[channel] ?? 0;
  const factor = (channel: number): number => at(scale, channel) / Math.sqrt(at(variance, channel) + epsilon);
  map.isShifted = true;
  return apply(factor, (channel) => at(offset, channel) - at(mean, channel) * factor(channel));
}

/** Returns a constant as one number per channel; `null` if it has another form or would change the shape of the result. */
function perChannel(
  editor: GraphEditor,
  value: GraphValue | undefined,
  rank: number,
  channels: number,
): ((channel: number) => number) | null {
  const raw = editor.rawConstant(value);
  if (raw === null || raw.shape.length > rank || raw.shape.slice(0, -1).some((size) => size !== 1))
    return null;
  const isOne = raw.values.length === 1;
  if (!isOne && raw.values.length !== channels) return null;
  const constant = editor.constant(value);
  return constant === null ? null : (channel) => constant.values[isOne ? 0 : channel] ?? 0;
}

function rewrite(editor: GraphEditor, product: GraphNode, weight: Weight, map: ChannelMap): void {
  const [input] = product.inputs;
  const [facts] = product.outputs;
  if (input === undefined || facts === undefined) return;
  const isScaled = map.scale.some((factor) => factor !== 1);
  if (isScaled) {
    const scaled = editor.addConstant(
      `${product.name}/weight`,
      product.module,
      scaledWeight(weight, map.scale),
    );
    editor.put({ ...product, inputs: [input, scaled] });
  }
  if (!map.isShifted) return;
  const values = Float32Array.from(map.offset);
  const bias = editor.addConstant(`${product.name}/bias`, product.module, {
    dtype: 'float32',
    shape: [values.length],
    values,
  });
  const from = { node: product.name, output: 0 };
  const sum = editor.add(`${product.name}/BiasAdd`, 'BiasAdd', [], facts, { module: product.module });
  editor.redirect(from, sum);
  editor.put({
    ...editor.nodeOf(sum),
    inputs: [from, bias],
    attributes: { T: { kind: 'type', value: 'float32' }, data_format: { kind: 'string', value: 'NHWC' } },
  });
}

function scaledWeight({ constant, channels, channelsFirst }: Weight, scale: Float64Array): GraphConstant {
  const values = constant.values as Float32Array;
  const each = values.length / channels;
  const scaled = new Float32Array(values.length);
  for (let index = 0; index < values.length; index++) {
    const channel = channelsFirst ? Math.floor(index / each) : index % channels;
    scaled[index] = (values[index] ?? 0) * (scale[channel] ?? 1);
  }
  return { dtype: 'float32', shape: constant.shape, values: scaled };
}
