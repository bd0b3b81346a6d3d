/** The label of an image of unknown class, in a batch or a list of numbers. */
export const unlabelled = -1;

/** Returns the class at an index of a list of labels; `null` if unknown. */
export function labelAt(labels: ArrayLike<number>, index: number): number | null {
  const label = labels[index] ?? 0;
  return label < 0 ? null : label;
}

/** Copies labels to memory that threads share. */
export function sharedLabels(labels: readonly number[]): Int32Array {
  const shared = new Int32Array(new SharedArrayBuffer(labels.length * 4));
  shared.set(labels);
  return shared;
}
