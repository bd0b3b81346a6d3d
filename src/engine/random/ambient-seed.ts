import { RandomStream } from './random-stream';
import { randomPosition, setRandomPosition } from './random-position';

let seed = 0;
/**
 * The numbers of objects since the seed was set: a fixed order of building and calling gives the same numbers again.
 */
let counts = newCounts();

function newCounts() {
  return { initialised: 0, draws: 0, functions: new Map<string, number>() };
}

/** Makes every later draw a function of `value`: parameters built after it get the same values in the same order. */
export function seedEverything(value: number): void {
  seed = value;
  counts = newCounts();
  setRandomPosition(0);
}

/**
 * Builds something with its own parameters, separate from the model: its initial values depend only on `value`, and
 * parameters that are built later get the values that they would have had without it.
 */
export function withSeed<T>(value: number, build: () => T): T {
  const outside = { seed, counts, position: randomPosition() };
  seedEverything(value);
  try {
    return build();
  } finally {
    ({ seed, counts } = outside);
    setRandomPosition(outside.position);
  }
}

/** The seed that was last set by `seedEverything` (or `start`). */
export function ambientSeed(): number {
  return seed;
}

/** Returns the stream of the next parameter to be initialised; parameters are built in a fixed order. */
export function nextInitialisationStream(): RandomStream {
  counts.initialised += 1;
  return new RandomStream(seed, 'initialisation', [counts.initialised]);
}

/** Returns the stream of the next draw outside a step. */
export function nextLooseStream(rank: number): RandomStream {
  counts.draws += 1;
  return new RandomStream(seed, 'loose', [counts.draws, rank]);
}

/** Numbers the compiled functions with the same name. */
export function nextFunctionNumber(name: string): number {
  const number = (counts.functions.get(name) ?? 0) + 1;
  counts.functions.set(name, number);
  return number;
}
