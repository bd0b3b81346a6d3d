let position = 0;

/**
 * The number of optimiser updates so far. Compiled functions of a hand-written loop draw from it, so that a resumed
 * loop draws what the uninterrupted one would have drawn. Optimisers increment it, and restoring one adds the updates
 * that it had done.
 */
export function randomPosition(): number {
  return position;
}

/** Sets the position of random draws in training: the number of updates done. */
export function setRandomPosition(value: number): void {
  position = value;
}

export function advanceRandomPosition(updates: number): void {
  position += updates;
}
