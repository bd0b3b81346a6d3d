let evaluating = false;

/**
 * Runs a step that looks at the model and must not change it, and must not be asynchronous: teachers stay where they are
 * in it, and queues take nothing. A trainer does so in its evaluations.
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

/** Whether an evaluation's step runs at the moment. */
export function isEvaluating(): boolean {
  return evaluating;
}
