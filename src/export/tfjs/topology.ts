import { graphVersions } from '../graph-def/node-def';
import type { AttrValue, NodeDef, TensorInfo, TensorShape } from '../graph-def/node-def';

/** Names of the types in TensorFlow's JSON, by their numbers. */
const typeNames: Readonly<Record<number, string>> = {
  1: 'DT_FLOAT',
  3: 'DT_INT32',
  4: 'DT_UINT8',
  7: 'DT_STRING',
  9: 'DT_INT64',
  10: 'DT_BOOL',
};

/** `GraphDef` in protobuf's JSON, without the elements of constants, which are in the weight files. */
export function topologyJson(nodes: readonly NodeDef[]): object {
  return {
    node: nodes.map(({ name, op, input, attr }) => ({
      name,
      op,
      ...(input.length === 0 ? {} : { input }),
      attr: Object.fromEntries(Object.entries(attr).map(([key, value]) => [key, attributeJson(value)])),
    })),
    library: {},
    versions: graphVersions,
  };
}

/** Inputs or outputs of the signature. */
export function tensorInfosJson(infos: Readonly<Record<string, TensorInfo>>): object {
  return Object.fromEntries(
    Object.entries(infos).map(([key, { name, dtype, tensorShape }]) => [
      key,
      { name, dtype: typeNames[dtype], tensorShape: shapeJson(tensorShape) },
    ]),
  );
}

function attributeJson({ s, type, shape, tensor, list, ...plain }: AttrValue): object {
  if (s !== undefined) return { s: Buffer.from(s).toString('base64') };
  if (type !== undefined) return { type: typeNames[type] };
  if (shape !== undefined) return { shape: shapeJson(shape) };
  if (tensor !== undefined) {
    return { tensor: { dtype: typeNames[tensor.dtype], tensorShape: shapeJson(tensor.tensorShape) } };
  }
  return list === undefined ? plain : { list: listJson(list) };
}

function listJson({ s, i, type }: NonNullable<AttrValue['list']>): object {
  if (s !== undefined) return { s: s.map((each) => Buffer.from(each).toString('base64')) };
  return type === undefined ? { i } : { type: type.map((each) => typeNames[each]) };
}

/** Sizes are 64-bit integers, which are strings in protobuf's JSON. */
function shapeJson({ dim }: TensorShape): object {
  return { dim: dim.map(({ size }) => ({ size: String(size) })) };
}
