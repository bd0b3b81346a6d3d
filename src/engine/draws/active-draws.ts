/** The draws of one call of a function that belongs to a step. */
export interface Draws {
  /** The number of draws made so far, which distinguishes them. */
  count: number;
  /** Whether all ranks draw the same. */
  shared: boolean;
  /** The 64 bits that all draws of the call have in common, as two int32 numbers. */
  key(shared: boolean): readonly [number, number];
}

let active: Draws | null = null;

/** The draws of the current step; `null` outside steps. */
export function activeDraws(): Draws | null {
  return active;
}

/** Makes random operations that `run` calls belong to a step. */
export function withDraws<T>(draws: Draws, run: () => T): T {
  const outer = active;
  active = draws;
  try {
    return run();
  } finally {
    active = outer;
  }
}

/** Makes random operations that `run` calls independent of the current step. */
export function withoutDraws<T>(run: () => T): T {
  const outer = active;
  active = null;
  try {
    return run();
  } finally {
    active = outer;
  }
}

/** Whether random operations currently belong to a step. */
export function isDrawingForStep(): boolean {
  return active !== null;
}

/**
 * Makes the random operations that `run` calls in a step give all ranks the same numbers. Elsewhere in a step, each
 * rank draws its own, except after gradients were exchanged: in `onBeforeOptimizerStep` and the optimiser.
 */
export function sameOnAllRanks<T>(run: () => T): T {
  const draws = active;
  if (draws === null) return run();
  const outer = draws.shared;
  draws.shared = true;
  try {
    return run();
  } finally {
    draws.shared = outer;
  }
}

/**
 * Returns a function that runs something with the next draws, any number of times: for computations that are repeated.
 */
export function repeatDraws(): <T>(run: () => T) => T {
  const draws = active;
  if (draws === null) return (run) => run();
  const from = draws.count;
  return (run) => {
    const outer = draws.count;
    draws.count = from;
    try {
      return run();
    } finally {
      draws.count = outer;
    }
  };
}
