import type { GrowingMemory } from './kernels';

const PAGE = 65536;
/** Vectors may reach this far behind what they are for. */
const SLACK = 64;

/** A memory of WebAssembly that grows, as arrays: each has to be taken anew after growth. */
export class ModuleMemory {
  bytes!: Uint8Array;
  shorts!: Int16Array;
  ints!: Int32Array;
  floats!: Float32Array;

  constructor(private readonly memory: GrowingMemory) {
    this.#view();
  }

  /** Makes the memory reach to `end`. What it holds stays. */
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

/** The next address that vectors of 16 bytes are aligned at. */
export function aligned(address: number): number {
  return (address + 15) & ~15;
}
