import type { FrozenGraph, GraphAttribute, GraphDtype, GraphShape } from '../../../src/graph';
import { preparedForTfjs } from '../../../src/export/tfjs/prepared';
import { tfjsWeight } from '../../../src/export/tfjs/weights';
import { GraphMaker, attributes } from '../graph-maker';

const image: GraphShape = [null, 8, 8, 4];

/** A graph of one operation of `backbone.odd` on images and constants of some shapes. */
function graphOf(
  op: string,
  given: Readonly<Record<string, GraphAttribute>>,
  [dtype, shape]: readonly [GraphDtype, GraphShape] = ['float32', image],
  others: readonly (readonly number[])[] = [],
): FrozenGraph {
  const maker = new GraphMaker();
  const images = maker.input('images', 'float32', image);
  const more = others.map((extent, at) =>
    maker.floats(
      `backbone/odd/weight_${at}`,
      extent,
      new Float32Array(extent.reduce((size, each) => size * each, 1)),
    ),
  );
  return maker.finish({
    features: maker.node(op, `backbone/odd/${op}`, [images, ...more], given, [[dtype, shape]]),
  });
}

function refusal(op: string, why = ''): Error {
  return new Error(
    `The operation ${op} of the module 'backbone.odd' has no counterpart in TensorFlow.js. ${why}` +
      'Write this module with other operations, or export to another format.',
  );
}

it('an operation that TensorFlow.js lacks is named with its module', () => {
  expect(() => preparedForTfjs(graphOf('Bitcast', {}))).toThrow(refusal('Bitcast'));
});

const window = { strides: [1, 2, 2, 1], padding: 'SAME', data_format: 'NHWC', dilations: [1, 1, 1, 1] };

it.each([
  [
    'Conv2D',
    graphOf('Conv2D', attributes(window), undefined, [[3, 3, 2, 4]]),
    'TensorFlow.js has no grouped convolution. ',
  ],
  [
    'Conv2D',
    graphOf('Conv2D', attributes({ ...window, dilations: [1, 2, 2, 1] }), undefined, [[3, 3, 4, 4]]),
    'TensorFlow.js has no convolution with both a stride and a dilation. ',
  ],
  [
    'MaxPool',
    graphOf('MaxPool', attributes({ ...window, data_format: 'NCHW' })),
    'It computes in the order NCHW. ',
  ],
  [
    'FusedBatchNormV3',
    graphOf('FusedBatchNormV3', attributes({ is_training: true })),
    'It normalises with the statistics of the batch, as in training, which TensorFlow.js does not support. ',
  ],
  ['FloorDiv', graphOf('FloorDiv', {}), "TensorFlow.js's WebGL backend supports it only for whole numbers. "],
  [
    'OneHot',
    graphOf('OneHot', attributes({ axis: -1 })),
    "TensorFlow.js's WebAssembly backend returns only int32: cast that to another type. ",
  ],
  [
    'OneHot',
    graphOf('OneHot', attributes({ axis: 1 }), ['int32', image]),
    'TensorFlow.js can only put the new axis last. ',
  ],
  [
    'Select',
    graphOf('Select', {}, undefined, [[1], [1]]),
    'Its condition has fewer axes than its values, which TensorFlow.js aligns the other way. ',
  ],
  ['Cast', graphOf('Cast', {}, ['uint8', image]), 'TensorFlow.js has no bytes: it would not wrap them. '],
  ['Mul', graphOf('Mul', {}, ['uint8', image]), 'TensorFlow.js computes bytes as int32, which do not wrap. '],
  [
    'Reshape',
    graphOf('Reshape', {}, ['float32', [1, 1, 1, 1, 1, 1, null]]),
    "TensorFlow.js's tensors have at most 6 axes, but this has 7. ",
  ],
  [
    'Tile',
    graphOf('Tile', {}, ['float32', [1, 1, 1, 1, 1, null]]),
    "TensorFlow.js's WebGL backend repeats along at most 5 axes. ",
  ],
  [
    'ReverseV2',
    graphOf('ReverseV2', {}, ['float32', [1, 1, 1, 1, null]]),
    "TensorFlow.js's WebGL backend reverses at most 4 axes. ",
  ],
])('%s is rejected if TensorFlow.js would compute different numbers: %#', (op, graph, why) => {
  expect(() => preparedForTfjs(graph)).toThrow(refusal(op, why));
});

it('whole numbers of 64 bits are converted to 32 bits, or rejected', () => {
  const maker = new GraphMaker();
  const constant = (value: bigint) => ({
    dtype: 'int64' as const,
    shape: [1],
    values: BigInt64Array.of(value),
  });
  maker.constant('backbone/odd/Const', constant(-7n));
  const [node] = maker.finish({}).nodes;
  if (node === undefined) throw new Error('no node');
  const { entry, bytes } = tfjsWeight(node, constant(-7n), node.name);
  expect(entry).toEqual({ name: 'backbone/odd/Const', shape: [1], dtype: 'int32' });
  expect([...new Int32Array(bytes.buffer)]).toEqual([-7]);
  expect(() => tfjsWeight(node, constant(2n ** 31n), node.name)).toThrow(
    new Error(
      "The constant backbone/odd/Const of the module 'backbone.odd' contains 2147483648, which does not fit into TensorFlow.js's " +
        '32-bit integers. Use smaller whole numbers, or export to another format.',
    ),
  );
});
