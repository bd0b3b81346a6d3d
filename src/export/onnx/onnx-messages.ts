import type { INamespace } from 'protobufjs/light';
import { MessageCodec } from '../protobuf';

/** A field of a message: its number in the public format, its type, and whether it is repeated. */
const one = (id: number, type: string) => ({ id, type });
/** A field that is written even if it is 0. */
const present = (id: number, type: string) => ({
  id,
  type,
  options: { features: { field_presence: 'EXPLICIT' } },
});
const many = (id: number, type: string) => ({ id, type, rule: 'repeated' });

/** The ONNX messages needed by models with a single plain graph. Numbers: https://github.com/onnx/onnx, `onnx.proto`. */
const definitions: INamespace = {
  nested: {
    ModelProto: {
      fields: {
        irVersion: one(1, 'int64'),
        producerName: one(2, 'string'),
        producerVersion: one(3, 'string'),
        domain: one(4, 'string'),
        modelVersion: one(5, 'int64'),
        docString: one(6, 'string'),
        graph: one(7, 'GraphProto'),
        opsetImport: many(8, 'OperatorSetIdProto'),
        metadataProps: many(14, 'StringStringEntryProto'),
      },
    },
    OperatorSetIdProto: { fields: { domain: one(1, 'string'), version: one(2, 'int64') } },
    StringStringEntryProto: { fields: { key: one(1, 'string'), value: one(2, 'string') } },
    GraphProto: {
      fields: {
        node: many(1, 'NodeProto'),
        name: one(2, 'string'),
        initializer: many(5, 'TensorProto'),
        input: many(11, 'ValueInfoProto'),
        output: many(12, 'ValueInfoProto'),
      },
    },
    NodeProto: {
      fields: {
        input: many(1, 'string'),
        output: many(2, 'string'),
        name: one(3, 'string'),
        opType: one(4, 'string'),
        attribute: many(5, 'AttributeProto'),
      },
    },
    AttributeProto: {
      fields: {
        name: one(1, 'string'),
        f: present(2, 'float'),
        i: present(3, 'int64'),
        s: one(4, 'bytes'),
        t: one(5, 'TensorProto'),
        floats: many(7, 'float'),
        ints: many(8, 'int64'),
        type: one(20, 'int32'),
      },
    },
    TensorProto: {
      fields: {
        dims: many(1, 'int64'),
        dataType: one(2, 'int32'),
        name: one(8, 'string'),
        rawData: one(9, 'bytes'),
      },
    },
    ValueInfoProto: { fields: { name: one(1, 'string'), type: one(2, 'TypeProto') } },
    TypeProto: {
      fields: { tensorType: one(1, 'Tensor') },
      nested: {
        Tensor: { fields: { elemType: one(1, 'int32'), shape: one(2, 'TensorShapeProto') } },
      },
    },
    TensorShapeProto: {
      fields: { dim: many(1, 'Dimension') },
      nested: {
        Dimension: { fields: { dimValue: one(1, 'int64'), dimParam: one(2, 'string') } },
      },
    },
  },
};

/** Numbers of the element types, by our names. */
export const onnxTypes = { float32: 1, uint8: 2, int32: 6, int64: 7, string: 8, bool: 9 } as const;

/** Numbers of the attribute kinds. */
export const attributeTypes = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7 } as const;

export interface OnnxTensor {
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly name: string;
  /** Little-endian, row-major. */
  readonly rawData: Uint8Array;
}

export interface OnnxAttribute {
  readonly name: string;
  readonly type: number;
  readonly f?: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly t?: OnnxTensor;
  readonly floats?: readonly number[];
  readonly ints?: readonly number[];
}

export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  /** Names of values; `''` for an omitted one. */
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly OnnxAttribute[];
}

/** An input or output of the graph. */
export interface OnnxValueInfo {
  readonly name: string;
  readonly type: {
    readonly tensorType: {
      readonly elemType: number;
      readonly shape: {
        readonly dim: readonly { readonly dimValue?: number; readonly dimParam?: string }[];
      };
    };
  };
}

export interface OnnxModel {
  readonly irVersion: number;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly opsetImport: readonly { readonly domain: string; readonly version: number }[];
  readonly metadataProps: readonly { readonly key: string; readonly value: string }[];
  readonly graph: {
    readonly name: string;
    readonly node: readonly OnnxNode[];
    readonly initializer: readonly OnnxTensor[];
    readonly input: readonly OnnxValueInfo[];
    readonly output: readonly OnnxValueInfo[];
  };
}

/** Reads and writes ONNX files' bytes. */
export const onnxModels = new MessageCodec<OnnxModel>(definitions, 'ModelProto');
