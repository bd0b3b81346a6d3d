let evaluating = false;

/**
 * Runs a synchronous step that evaluates the model and must not change it: teachers do not move in it, and queues
 * accept nothing. A trainer does so in its evaluations.
 */
export function whileEvaluating<T>(run: () => T): T {
  const outer = evaluating;
  evaluating = true;
  try {
    return run();
  } finally {
    evaluating = outer;
  }
}

/** Whether an evaluation's step is currently running. */
export function isEvaluating(): boolean {
  return evaluating;
}
