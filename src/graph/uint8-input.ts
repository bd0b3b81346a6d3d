import { constantNode } from './constant-node';
import type { FrozenGraph, GraphNode, GraphValue } from './frozen-graph';

/** Normalisation of a channel with values in [0, 1]: (x − mean) / std. */
export interface ChannelNormalization {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/**
 * Returns the same function of uint8 pixels from 0 to 255, which the graph itself converts to the normalised values
 * that it took before: x · 1 / (255 · std) − mean / std per channel.
 *
 * @throws Error if the graph does not have one input with as many channels.
 */
export function withUint8Input(graph: FrozenGraph, { mean, std }: ChannelNormalization): FrozenGraph {
  const [input] = graph.inputs;
  const channels = input?.shape.at(-1);
  if (input === undefined || graph.inputs.length > 1 || channels !== mean.length || channels !== std.length) {
    throw new Error(
      'A graph of one input of images, with as many channels as the normalisation, takes pixels',
    );
  }
  const float32 = { kind: 'type', value: 'float32' } as const;
  const facts = { dtype: 'float32', shape: input.shape } as const;
  const pixels = { dtype: 'uint8', shape: input.shape } as const;
  const at = (name: string): GraphValue => ({ node: `${input.name}/${name}`, output: 0 });
  const perChannel = (name: string, values: readonly number[]): GraphNode =>
    constantNode(`${input.name}/${name}`, '', {
      dtype: 'float32',
      shape: [values.length],
      values: Float32Array.from(values),
    });
  const node = (
    name: string,
    op: string,
    inputs: readonly GraphValue[],
    attributes: GraphNode['attributes'],
  ) => ({
    ...{ name: `${input.name}/${name}`, op, inputs, attributes, outputs: [facts], module: '' },
  });
  const uint8 = { kind: 'type', value: 'uint8' } as const;
  const placeholder: GraphNode = {
    ...{ name: input.name, op: 'Placeholder', inputs: [], module: '', outputs: [pixels] },
    attributes: { dtype: uint8, shape: { kind: 'shape', value: input.shape } },
  };
  const before: readonly GraphNode[] = [
    placeholder,
    node('Cast', 'Cast', [{ node: input.name, output: 0 }], {
      ...{ SrcT: uint8, DstT: float32, Truncate: { kind: 'bool', value: false } },
    }),
    perChannel(
      'scale',
      std.map((deviation) => 1 / (255 * deviation)),
    ),
    node('Mul', 'Mul', [at('Cast'), at('scale')], { T: float32 }),
    perChannel(
      'offset',
      std.map((deviation, channel) => (mean[channel] ?? 0) / deviation),
    ),
    node('Sub', 'Sub', [at('Mul'), at('offset')], { T: float32 }),
  ];
  const moved = (value: GraphValue): GraphValue => (value.node === input.name ? at('Sub') : value);
  return {
    nodes: [
      ...before,
      ...graph.nodes
        .filter(({ name }) => name !== input.name)
        .map((one) => ({ ...one, inputs: one.inputs.map(moved) })),
    ],
    inputs: [{ ...pixels, name: input.name }],
    outputs: graph.outputs.map((output) => ({ ...output, value: moved(output.value) })),
  };
}
