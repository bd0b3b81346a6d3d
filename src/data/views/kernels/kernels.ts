import type { GrowingMemory } from '../../web-assembly/instantiate';
import { instantiate } from '../../web-assembly/instantiate';
import { compiledKernels } from './compiled-kernels';

/**
 * The functions of `assembly/kernels`, compiled to WebAssembly. Addresses are bytes in their memory. An image is rows of
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

/** Kernels with a memory of their own, empty at first. */
export function instantiateKernels(): Kernels {
  return instantiate(compiledKernels) as Kernels;
}
