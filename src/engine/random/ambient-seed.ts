import { RandomStream } from './random-stream';

let seed = 0;
let initialised = 0;

/** Makes every later draw a function of `value`: parameters built after it get the same values in the same order. */
export function seedEverything(value: number): void {
  seed = value;
  initialised = 0;
}

/** The seed that `seedEverything` (or `start`) set last. */
export function ambientSeed(): number {
  return seed;
}

/** The stream of the next parameter to be initialised, as parameters are built in a fixed order. */
export function nextInitialisationStream(): RandomStream {
  initialised += 1;
  return new RandomStream(seed, 'initialisation', [initialised]);
}
