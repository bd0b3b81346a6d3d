import type { GrowingMemory } from './kernels';

const PAGE = 65536;
/** Vectors may reach this far behind what they are for. */
const SLACK = 64;

/** A memory of WebAssembly that grows, as arrays: each has to be taken anew after growth. */
export class KernelMemory {
  bytes = new Uint8Array(0);
  shorts = new Int16Array(0);
  ints = new Int32Array(0);
  floats = new Float32Array(0);

  constructor(private readonly memory: GrowingMemory) {}

  /** Makes the memory reach to `end`. What it holds stays. */
  reach(end: number): void {
    const missing = end + SLACK - this.bytes.length;
    if (missing <= 0) return;
    this.memory.grow(Math.ceil(missing / PAGE));
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
