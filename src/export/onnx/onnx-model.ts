import type { FrozenGraph, GraphFacts } from '../../graph';
import { FulgurError } from '../../errors';
import { missingOperation } from '../missing-operation';
import { toChannelsFirst } from './axes';
import type { Layout } from './axes';
import { Conversion } from './conversion';
import { onnxTypes } from './onnx-messages';
import type { OnnxModel, OnnxNode, OnnxValueInfo } from './onnx-messages';
import { converters } from './operations';

/** The oldest opset that has everything written here; runtimes read opsets older than their own. */
export const OPSET = 17;
/** The version of the file format for this opset. */
const IR_VERSION = 8;
/** A protobuf message must be smaller than this. */
const LARGEST_MESSAGE = 2 ** 31;

/** The contents of the file besides the graph. */
export interface OnnxHeader {
  readonly name: string;
  readonly producerVersion: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Converts a frozen graph to an ONNX model of opset 17 for any batch size; the batch axis is named `batch`.
 *
 * @param layout order of the axes of inputs of rank 4.
 * @throws FulgurError `module`, naming the first operation that ONNX lacks, or if the weights do not fit into a file.
 */
export function onnxModel(source: FrozenGraph, layout: Layout, header: OnnxHeader): OnnxModel {
  const to = new Conversion(source);
  // Inputs and outputs keep their names, whatever the names of nodes.
  const inputNames = new Map(source.inputs.map(({ name }) => [name, to.graph.name(name)]));
  const outputNames = source.outputs.map(({ name }) => to.graph.name(name));
  for (const node of source.nodes) {
    if (node.op === 'Const') continue;
    if (node.op === 'Placeholder') {
      const isImage = node.outputs[0]?.shape.length === 4;
      to.set(node, inputNames.get(node.name) ?? node.name, isImage ? layout : 'nhwc');
      continue;
    }
    const convert = converters.get(node.op);
    if (convert === undefined) throw missingOperation(node, 'ONNX');
    convert(node, to);
  }
  const inner = source.outputs.map(({ value }) => to.plain(value));
  const { nodes, constants } = to.graph.finish(inner);
  const bytes = constants.reduce((sum, { rawData }) => sum + rawData.length, 0);
  if (bytes >= LARGEST_MESSAGE) throw tooLarge(bytes);
  return {
    irVersion: IR_VERSION,
    producerName: 'fulgur',
    producerVersion: header.producerVersion,
    opsetImport: [{ domain: '', version: OPSET }],
    metadataProps: Object.entries(header.metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: header.name,
      node: [...nodes, ...outputNames.map((name, index) => identity(inner[index] ?? '', name))],
      initializer: constants,
      input: source.inputs.map((input) =>
        valueInfo(input.name, input, input.shape.length === 4 ? layout : 'nhwc'),
      ),
      output: source.outputs.map((output, index) => valueInfo(outputNames[index] ?? '', output, 'nhwc')),
    },
  };
}

/** Gives a value its name for the user. */
function identity(from: string, name: string): OnnxNode {
  return { name, opType: 'Identity', input: [from], output: [name], attribute: [] };
}

function valueInfo(name: string, { dtype, shape }: GraphFacts, layout: Layout): OnnxValueInfo {
  const laid = layout === 'nchw' ? toChannelsFirst.map((axis) => shape[axis] ?? null) : shape;
  const dim = laid.map((size, axis) =>
    size === null ? { dimParam: axis === 0 ? 'batch' : `size_${axis}` } : { dimValue: size },
  );
  return { name, type: { tensorType: { elemType: onnxTypes[dtype], shape: { dim } } } };
}

function tooLarge(bytes: number): FulgurError {
  return new FulgurError('module', {
    what: `The model has ${(bytes / 2 ** 30).toFixed(1)} GiB of weights, but an ONNX file is limited to 2 GiB.`,
    fix: 'Export to saved-model or safetensors.',
  });
}
