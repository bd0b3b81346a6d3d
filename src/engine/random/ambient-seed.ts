import { RandomStream } from './random-stream';

let seed = 0;
let initialised = 0;

/** Makes every later draw a function of `value`: parameters built after it get the same values in the same order. */
export function seedEverything(value: number): void {
  seed = value;
  initialised = 0;
}

/**
 * Builds something with parameters of its own, apart from the model: its first values depend on `value` alone, and
 * parameters that are built after it get those that they would have had without it.
 */
export function withSeed<T>(value: number, build: () => T): T {
  const outside = { seed, initialised };
  seedEverything(value);
  try {
    return build();
  } finally {
    ({ seed, initialised } = outside);
  }
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
