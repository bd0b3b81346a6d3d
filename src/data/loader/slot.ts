import type { ViewSize } from '../views';

/** The sizes of a batch in memory. */
export interface SlotShape {
  readonly batchSize: number;
  /** Size of each view, in order. */
  readonly views: readonly ViewSize[];
}

/** Memory for one batch, shared with the threads that fill it. */
export interface Slot {
  /** A block of float32 `[batchSize, height, width, 3]` per view, concatenated. */
  readonly pixels: Float32Array;
  /** Index of the sample at each place: a different one if the requested one was broken. */
  readonly filled: Uint32Array;
}

/** Returns the number of floats of one view of one sample. */
export function viewLength({ height, width }: ViewSize): number {
  return height * width * 3;
}

/** Returns the offset in floats of each view's block, and the end of the last one. */
export function blockStarts({ batchSize, views }: SlotShape): number[] {
  const starts = [0];
  let end = 0;
  for (const view of views) starts.push((end += batchSize * viewLength(view)));
  return starts;
}

export function slotBytes(shape: SlotShape): number {
  return (blockStarts(shape).at(-1) ?? 0) * 4;
}

/** Allocates a slot in shared memory. */
export function allocateSlot(shape: SlotShape): Slot {
  return {
    pixels: new Float32Array(new SharedArrayBuffer(slotBytes(shape))),
    filled: new Uint32Array(new SharedArrayBuffer(shape.batchSize * 4)),
  };
}
