import type { GrowingMemory } from './kernels';

const PAGE = 65536;
/** Vector accesses may extend this far beyond their data. */
const SLACK = 64;

/** A growing WebAssembly memory as arrays, which must be obtained again after growth. */
export class ModuleMemory {
  bytes!: Uint8Array;
  shorts!: Int16Array;
  ints!: Int32Array;
  floats!: Float32Array;

  constructor(private readonly memory: GrowingMemory) {
    this.#view();
  }

  /** Grows the memory up to `end`. Its contents are kept. */
  reach(end: number): void {
    const missing = end + SLACK - this.bytes.length;
    if (missing <= 0) return;
    this.memory.grow(Math.ceil(missing / PAGE));
    this.#view();
  }

  #view(): void {
    const { buffer } = this.memory;
    this.bytes = new Uint8Array(buffer);
    this.shorts = new Int16Array(buffer);
    this.ints = new Int32Array(buffer);
    this.floats = new Float32Array(buffer);
  }
}

/** Returns the next address aligned to vectors of 16 bytes. */
export function aligned(address: number): number {
  return (address + 15) & ~15;
}
