let updates = 0;

/**
 * How many optimiser updates came before: the position in training that random layers draw from. Optimisers set it,
 * also when they are restored, so that a resumed run draws what the uninterrupted one would have drawn.
 */
export function randomPosition(): number {
  return updates;
}

export function setRandomPosition(value: number): void {
  updates = value;
}
