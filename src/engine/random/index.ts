export {
  ambientSeed,
  nextFunctionNumber,
  nextInitialisationStream,
  nextLooseStream,
  seedEverything,
  withSeed,
} from './ambient-seed';
export { permutation } from './permutation';
export { advanceRandomPosition, randomPosition, setRandomPosition } from './random-position';
export { RandomStream, purposes } from './random-stream';
export type { Purpose, StreamPosition } from './random-stream';
