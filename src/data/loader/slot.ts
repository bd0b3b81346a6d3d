/** The sizes of a batch in memory. */
export interface SlotShape {
  readonly batchSize: number;
  readonly views: number;
  readonly height: number;
  readonly width: number;
}

/** Memory for one batch, shared with the threads that fill it. */
export interface Slot {
  /** Float32 `[views, batchSize, height, width, 3]`. */
  readonly pixels: Float32Array;
  /** Index of the sample that fills each place: another than the one asked for where that one is broken. */
  readonly filled: Uint32Array;
}

/** Floats of one view of one sample. */
export function viewLength({ height, width }: SlotShape): number {
  return height * width * 3;
}

export function slotBytes(shape: SlotShape): number {
  return shape.views * shape.batchSize * viewLength(shape) * 4;
}

/** A slot in shared memory. */
export function allocateSlot(shape: SlotShape): Slot {
  return {
    pixels: new Float32Array(new SharedArrayBuffer(slotBytes(shape))),
    filled: new Uint32Array(new SharedArrayBuffer(shape.batchSize * 4)),
  };
}
