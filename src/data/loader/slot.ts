import type { ViewSize } from '../views';

/** The sizes of a batch in memory. */
export interface SlotShape {
  readonly batchSize: number;
  /** Size of each view, in order. */
  readonly views: readonly ViewSize[];
}

/** Memory for one batch, shared with the threads that fill it. */
export interface Slot {
  /** A block of float32 `[batchSize, height, width, 3]` for each view, one behind the other. */
  readonly pixels: Float32Array;
  /** Index of the sample that fills each place: another than the one asked for where that one is broken. */
  readonly filled: Uint32Array;
}

/** Floats of one view of one sample. */
export function viewLength({ height, width }: ViewSize): number {
  return height * width * 3;
}

/** The float at which each view's block begins, and where the last one ends. */
export function blockStarts({ batchSize, views }: SlotShape): number[] {
  const starts = [0];
  let end = 0;
  for (const view of views) starts.push((end += batchSize * viewLength(view)));
  return starts;
}

export function slotBytes(shape: SlotShape): number {
  return (blockStarts(shape).at(-1) ?? 0) * 4;
}

/** A slot in shared memory. */
export function allocateSlot(shape: SlotShape): Slot {
  return {
    pixels: new Float32Array(new SharedArrayBuffer(slotBytes(shape))),
    filled: new Uint32Array(new SharedArrayBuffer(shape.batchSize * 4)),
  };
}
