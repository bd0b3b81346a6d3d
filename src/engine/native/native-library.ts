import { join } from 'node:path';
import koffi from 'koffi';
import { FulgurError, doctorCommand, messageOf } from '../../errors';
import { prototypes } from './prototypes';

/** An address in native memory. */
export type NativePointer = unknown;

/** One output of an operation in a graph: C's `TF_Output`. */
export interface GraphOutput {
  readonly oper: NativePointer;
  readonly index: number;
}

/** A native function; with `async`, it runs off the JavaScript thread. */
export interface NativeFunction {
  // koffi checks the arguments against the prototype at each call.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  (...args: readonly unknown[]): any;
  async(...args: readonly unknown[]): void;
}

export type NativeLibrary = Readonly<Record<string, NativeFunction>> & {
  /** Returns a view of native memory, without a copy. V8 counts it as its own memory, so large ones cause collections. */
  view(address: NativePointer, bytes: number): ArrayBuffer;
  /** Copies bytes to native memory. */
  copyIn(address: NativePointer, bytes: Uint8Array): void;
  /** Fills bytes from native memory. */
  copyOut(bytes: Uint8Array, address: NativePointer): void;
  /** Returns a pointer as a number, for arithmetic. */
  address(pointer: NativePointer): bigint;
  /** Returns a copy of the bytes of a `TF_Buffer`. */
  bufferBytes(buffer: NativePointer): Uint8Array;
};

const LIBC = 'libc.so.6';
const RTLD_LAZY = 0x1;
const RTLD_NOW = 0x2;
const RTLD_NODELETE = 0x1000;
const files = ['libtensorflow_framework.so.2', 'libtensorflow_cc.so.2'];

/**
 * Loads TensorFlow's two libraries and binds the functions of `prototypes`.
 *
 * @param directory - the folder that holds the libraries
 * @param areChecked - whether they are known to belong together: their 190,000 calls of each other are then resolved
 *   lazily. In other libraries a missing function must be found here; later it would end the process.
 * @throws FulgurError `engine` if they cannot be loaded or lack a function
 */
export function loadNativeLibrary(directory: string, areChecked = false): NativeLibrary {
  const paths = files.map((file) => join(directory, file));
  try {
    for (const path of paths) pin(path, areChecked ? RTLD_LAZY : RTLD_NOW);
    return bind(paths.map((path) => koffi.load(path, { lazy: areChecked })));
  } catch (cause) {
    throw new FulgurError('engine', {
      what: `TensorFlow's libraries in ${directory} cannot be loaded: ${messageOf(cause)}.`,
      fix: `Run '${doctorCommand()}', or set FULGUR_TENSORFLOW to the 'tensorflow' folder of a TensorFlow 2.21 wheel for this system.`,
      cause,
    });
  }
}

/** Without this the libraries are unloaded at exit while their threads still run, and the process crashes. */
function pin(path: string, binding: number): void {
  const libc = koffi.load(LIBC);
  const dlopen = libc.func('void* dlopen(const char*, int)') as NativeFunction;
  const dlerror = libc.func('const char* dlerror()') as NativeFunction;
  if (dlopen(path, binding | RTLD_NODELETE) === null) throw new Error(String(dlerror()));
}

function bind(libraries: readonly ReturnType<typeof koffi.load>[]): NativeLibrary {
  // Anonymous types: a named one may be declared only once per process, and Jest loads this file many times.
  const graphOutput = koffi.struct({ oper: 'void*', index: 'int' });
  const buffer = koffi.struct({ data: 'void*', length: 'size_t', deallocator: 'void*' });
  const functions = prototypes.map((prototype) => {
    const [, result, name, parameters] = /^(.*?)\s*(TFE?_\w+)\((.*)\)$/.exec(prototype)!;
    const types =
      parameters === '' ? [] : parameters!.split(', ').map((type) => parameterType(type, graphOutput));
    return [name!, findFunction(libraries, name!, result!, types)] as const;
  });
  const memcpy = koffi.load(LIBC).func('void* memcpy(void*, void*, size_t)') as NativeFunction;
  return {
    ...Object.fromEntries(functions),
    copyIn: (address: NativePointer, bytes: Uint8Array) => {
      memcpy(address, bytes, bytes.byteLength);
    },
    copyOut: (bytes: Uint8Array, address: NativePointer) => {
      memcpy(bytes, address, bytes.byteLength);
    },
    view: (address: NativePointer, bytes: number) => koffi.view(address, bytes),
    address: (pointer: NativePointer) => koffi.address(pointer),
    bufferBytes: (address: NativePointer) => {
      const { data, length } = koffi.decode(address, buffer) as { data: NativePointer; length: number };
      return new Uint8Array(koffi.view(data, length)).slice();
    },
  } as NativeLibrary;
}

type TypeSpec = Parameters<typeof koffi.sizeof>[0];
type KoffiType = TypeSpec | ReturnType<typeof koffi.out>;

function parameterType(text: string, graphOutput: TypeSpec): KoffiType {
  if (text === 'TF_Output') return graphOutput;
  if (text === 'const TF_Output*') return koffi.pointer(graphOutput);
  const direction = /^(_Out_|_Inout_) (.*)\*$/.exec(text);
  if (direction === null) return text.replace(/^const (?!char)/, '');
  const pointer = koffi.pointer(direction[2]!);
  return direction[1] === '_Out_' ? koffi.out(pointer) : koffi.inout(pointer);
}

function findFunction(
  libraries: readonly ReturnType<typeof koffi.load>[],
  name: string,
  result: string,
  types: readonly KoffiType[],
): NativeFunction {
  let failure: unknown;
  for (const library of libraries) {
    try {
      return library.func(name, result.replace(/^const (?!char)/, ''), [
        ...types,
      ] as TypeSpec[]) as NativeFunction;
    } catch (cause) {
      failure = cause;
    }
  }
  throw failure;
}
