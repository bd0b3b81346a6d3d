import { decodeFields } from './protobuf';

/** One operation that TensorFlow ran. */
export interface OperationTime {
  /** Its kind, after TensorFlow's rewrites: `Conv2D`, `_FusedMatMul`, ... */
  readonly type: string;
  /** Its node in the graph. */
  readonly name: string;
  /** TensorFlow's name of the device on which it ran. */
  readonly device: string;
  /** Its start, in seconds after the first operation of its call. */
  readonly start: number;
  readonly seconds: number;
}

/** Field numbers of `config.proto` (RunMetadata) and `step_stats.proto`. */
const STEP_STATS = 1;
const DEVICE_STATS = 1;
const device = { name: 1, nodes: 2 } as const;
const node = { name: 1, label: 8, startNanos: 13, kernelStart: 14, kernelEnd: 15 } as const;

/** Returns the operations in a serialised `RunMetadata`, by start time. */
export function decodeStepStats(metadata: Uint8Array): OperationTime[] {
  const operations = messages(metadata, STEP_STATS)
    .flatMap((stats) => messages(stats, DEVICE_STATS))
    .flatMap((stats) => {
      const name = text(messages(stats, device.name)[0]);
      return messages(stats, device.nodes).map((bytes) => decodeNode(bytes, name));
    })
    .sort((a, b) => a.start - b.start);
  const [first] = operations;
  return first === undefined
    ? []
    : operations.map((operation) => ({ ...operation, start: (operation.start - first.start) / 1e9 }));
}

function decodeNode(bytes: Uint8Array, deviceName: string): OperationTime {
  const fields = new Map([...decodeFields(bytes)].map(({ number, value }) => [number, value]));
  const number = (field: number): number => Number(fields.get(field) ?? 0);
  const name = text(fields.get(node.name));
  // 'conv_1 = Conv2D(input, filter)'; only the name for operations of the runtime itself.
  const type = / = (\w+)\(/.exec(text(fields.get(node.label)))?.[1] ?? name;
  const kernelStart = number(node.kernelStart);
  return {
    type,
    name,
    device: deviceName,
    start: number(node.startNanos) + kernelStart,
    seconds: (number(node.kernelEnd) - kernelStart) / 1e9,
  };
}

function messages(message: Uint8Array, field: number): Uint8Array[] {
  return [...decodeFields(message)].flatMap(({ number, value }) =>
    number === field && value instanceof Uint8Array ? [value] : [],
  );
}

function text(value: number | Uint8Array | undefined): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : '';
}
