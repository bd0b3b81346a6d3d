import type { NativeLibrary, NativePointer } from './native-library';
import { encodeFields } from './protobuf';
import { checked } from './status';

/** Field numbers of `config.proto`. */
const config = { deviceCount: 1, intraOpThreads: 2, interOpThreads: 5, gpuOptions: 6 } as const;
const ALLOW_GROWTH = 4;

export interface ContextOptions {
  /** The number of threads of one operation; 0 lets TensorFlow use one per core. */
  readonly threads: number;
  /** Hides GPUs. */
  readonly cpuOnly: boolean;
  /** Further fields of a serialised `ConfigProto`. */
  readonly more?: Uint8Array;
}

/** A device as TensorFlow names it. */
export interface Device {
  readonly name: string;
  readonly type: string;
}

export function createContext(
  library: NativeLibrary,
  { threads, cpuOnly, more = new Uint8Array() }: ContextOptions,
): NativePointer {
  const noGpu = encodeFields([
    [1, 'GPU'],
    [2, 0],
  ]);
  const own = encodeFields([
    ...(cpuOnly ? [[config.deviceCount, noGpu] as const] : []),
    ...(threads > 0 ? threadFields(threads) : []),
    // Allocating memory as needed leaves room for other programs on the same GPU.
    [config.gpuOptions, encodeFields([[ALLOW_GROWTH, 1]])],
  ]);
  // Serialised messages of one type are merged by concatenation.
  const bytes = Buffer.concat([own, more]);
  const options: NativePointer = library['TFE_NewContextOptions']!();
  try {
    return checked(library, (status) => {
      library['TFE_ContextOptionsSetConfig']!(options, bytes, bytes.length, status);
      return library['TFE_NewContext']!(options, status) as NativePointer;
    });
  } finally {
    library['TFE_DeleteContextOptions']!(options);
  }
}

/** Returns a serialised `ConfigProto` that contains only the threads. */
export function threadConfig(threads: number): Uint8Array {
  return encodeFields(threadFields(threads));
}

function threadFields(threads: number): readonly (readonly [number, number])[] {
  return [
    [config.intraOpThreads, threads],
    [config.interOpThreads, threads],
  ];
}

export function listDevices(library: NativeLibrary, context: NativePointer): Device[] {
  return checked(library, (status) => {
    const list: NativePointer = library['TFE_ContextListDevices']!(context, status);
    const count = Number(library['TF_DeviceListCount']!(list));
    const devices = Array.from({ length: count }, (_, index) => ({
      name: String(library['TF_DeviceListName']!(list, index, status)),
      type: String(library['TF_DeviceListType']!(list, index, status)),
    }));
    library['TF_DeleteDeviceList']!(list);
    return devices;
  });
}
