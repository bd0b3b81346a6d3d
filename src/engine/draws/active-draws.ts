/** The draws of one call of a function that belongs to a step. */
export interface Draws {
  /** Draws made so far: what tells them apart. */
  count: number;
  /** Whether all ranks draw the same. */
  shared: boolean;
  /** The 64 bits that all draws of the call have in common, as two int32 numbers. */
  key(shared: boolean): readonly [number, number];
}

let active: Draws | null = null;

/** The draws of the step that is at work; `null` outside of steps. */
export function activeDraws(): Draws | null {
  return active;
}

/** Random operations that `run` calls belong to a step. */
export function withDraws<T>(draws: Draws, run: () => T): T {
  const outer = active;
  active = draws;
  try {
    return run();
  } finally {
    active = outer;
  }
}

/** Random operations that `run` calls do not belong to the step that is at work. */
export function withoutDraws<T>(run: () => T): T {
  const outer = active;
  active = null;
  try {
    return run();
  } finally {
    active = outer;
  }
}

/** Whether random operations belong to a step now. */
export function isDrawingForStep(): boolean {
  return active !== null;
}

/**
 * The random operations that `run` calls in a step give all ranks the same numbers. Elsewhere in a step each rank draws
 * its own, but in what comes after gradients were exchanged: `onBeforeOptimizerStep` and the optimiser.
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

/** Gives a function that runs something with the draws that come next, however often: for what is computed again. */
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
