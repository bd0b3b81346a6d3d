import type { INamespace } from 'protobufjs/light';
import type { NodeDef, TensorInfo } from '../graph-def/node-def';
import { MessageCodec } from '../protobuf';

/** A field of a message: its number in the public format, its type, and whether it is repeated. */
const one = (id: number, type: string) => ({ id, type });
const many = (id: number, type: string) => ({ id, type, rule: 'repeated' });
const byName = (id: number, type: string) => ({ id, type, keyType: 'string' });

/**
 * The TensorFlow messages that a frozen graph needs. Numbers: `tensorflow/core/protobuf/saved_model.proto`,
 * `meta_graph.proto` and `tensorflow/core/framework/*.proto`.
 */
const definitions: INamespace = {
  nested: {
    SavedModel: {
      fields: { savedModelSchemaVersion: one(1, 'int64'), metaGraphs: many(2, 'MetaGraphDef') },
    },
    MetaGraphDef: {
      fields: {
        metaInfoDef: one(1, 'MetaInfoDef'),
        graphDef: one(2, 'GraphDef'),
        signatureDef: byName(5, 'SignatureDef'),
      },
    },
    MetaInfoDef: {
      fields: { tags: many(4, 'string'), tensorflowVersion: one(5, 'string') },
    },
    GraphDef: { fields: { node: many(1, 'NodeDef'), versions: one(4, 'VersionDef') } },
    VersionDef: { fields: { producer: one(1, 'int32'), minConsumer: one(2, 'int32') } },
    NodeDef: {
      fields: {
        name: one(1, 'string'),
        op: one(2, 'string'),
        input: many(3, 'string'),
        attr: byName(5, 'AttrValue'),
      },
    },
    AttrValue: {
      // Members of a `oneof` are written even if they are 0 or false.
      oneofs: { value: { oneof: ['list', 's', 'i', 'f', 'b', 'type', 'shape', 'tensor'] } },
      fields: {
        list: one(1, 'ListValue'),
        s: one(2, 'bytes'),
        i: one(3, 'int64'),
        f: one(4, 'float'),
        b: one(5, 'bool'),
        type: one(6, 'int32'),
        shape: one(7, 'TensorShapeProto'),
        tensor: one(8, 'TensorProto'),
      },
    },
    ListValue: { fields: { i: many(3, 'int64'), type: many(6, 'int32') } },
    TensorShapeProto: { fields: { dim: many(2, 'Dim') } },
    Dim: { fields: { size: one(1, 'int64') } },
    TensorProto: {
      fields: {
        dtype: one(1, 'int32'),
        tensorShape: one(2, 'TensorShapeProto'),
        tensorContent: one(4, 'bytes'),
      },
    },
    SignatureDef: {
      fields: {
        inputs: byName(1, 'TensorInfo'),
        outputs: byName(2, 'TensorInfo'),
        methodName: one(3, 'string'),
      },
    },
    TensorInfo: {
      fields: { name: one(1, 'string'), dtype: one(2, 'int32'), tensorShape: one(3, 'TensorShapeProto') },
    },
  },
};

/** The inputs and outputs of the model. */
export interface SignatureDef {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly outputs: Readonly<Record<string, TensorInfo>>;
  readonly methodName: string;
}

export interface SavedModel {
  readonly savedModelSchemaVersion: number;
  readonly metaGraphs: readonly {
    readonly metaInfoDef: { readonly tags: readonly string[]; readonly tensorflowVersion: string };
    readonly graphDef: {
      readonly node: readonly NodeDef[];
      readonly versions: { readonly producer: number; readonly minConsumer: number };
    };
    readonly signatureDef: Readonly<Record<string, SignatureDef>>;
  }[];
}

/** Reads and writes the bytes of `saved_model.pb`. */
export const savedModels = new MessageCodec<SavedModel>(definitions, 'SavedModel');
