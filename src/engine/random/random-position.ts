let position = 0;

/**
 * How many optimiser updates came before. Compiled functions of a hand-written loop draw from it, so that a resumed loop
 * draws what the uninterrupted one would have drawn. Optimisers count it up, and restoring one adds the updates that it
 * had done.
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
