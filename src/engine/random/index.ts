export { ambientSeed, nextInitialisationStream, seedEverything, withSeed } from './ambient-seed';
export { permutation } from './permutation';
export { RandomStream, purposes } from './random-stream';
export type { Purpose, StreamPosition } from './random-stream';
