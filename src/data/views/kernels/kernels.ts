import { compiledKernels } from './compiled-kernels';

/** A WebAssembly memory. Growth, in pages of 64 KiB, replaces its buffer. */
export interface GrowingMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/**
 * The functions of `assembly/`, compiled to WebAssembly. Addresses are bytes in their memory. An image is rows of
 * three planes: a row's red bytes, its green and its blue ones, `plane` bytes each, of which the first `width` count.
 */
export interface Kernels {
  readonly memory: GrowingMemory;
  resizeRows(
    from: number,
    stride: number,
    height: number,
    starts: number,
    weights: number,
    pairs: number,
    width: number,
    to: number,
    plane: number,
  ): void;
  resizeColumns(
    from: number,
    stride: number,
    length: number,
    starts: number,
    weights: number,
    pairs: number,
    height: number,
    to: number,
    toStride: number,
  ): void;
  blend(pixels: number, length: number, level: number, factor: number): void;
  saturate(pixels: number, plane: number, height: number, factor: number): void;
  solarize(pixels: number, length: number, threshold: number): void;
  turnHue(pixels: number, plane: number, height: number, shift: number): void;
  grayscale(pixels: number, plane: number, height: number): void;
  sumLuma(pixels: number, plane: number, width: number, height: number): number;
  blurRows(
    from: number,
    to: number,
    plane: number,
    width: number,
    height: number,
    radius: number,
    inner: number,
    outer: number,
    lines: number,
  ): void;
  blurColumns(
    from: number,
    to: number,
    length: number,
    height: number,
    radius: number,
    inner: number,
    outer: number,
  ): void;
  blurWide(
    at: number,
    step: number,
    count: number,
    radius: number,
    inner: number,
    outer: number,
    room: number,
  ): void;
  normalize(pixels: number, plane: number, width: number, height: number, table: number, out: number): void;
}

// Node has it, but only the browser types declare it.
declare const WebAssembly: {
  compile(code: Uint8Array): Promise<object>;
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

let compiled: object | null = null;

/** Creates kernels with their own memory, initially empty. The module is compiled once per thread. */
export function instantiateKernels(): Kernels {
  compiled ??= new WebAssembly.Module(kernelCode());
  return new WebAssembly.Instance(compiled).exports as Kernels;
}

/** Compiles the module ahead of time: browsers do not compile large modules synchronously. */
export async function compileKernels(): Promise<void> {
  compiled ??= await WebAssembly.compile(kernelCode());
}

function kernelCode(): Uint8Array {
  return Uint8Array.from(atob(compiledKernels), (letter) => letter.charCodeAt(0));
}
