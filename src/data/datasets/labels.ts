/** The label in a batch, or in a list of numbers, of an image whose class is not known. */
export const unlabelled = -1;

/** The class at an index of a list of labels; `null` where it is not known. */
export function labelAt(labels: ArrayLike<number>, index: number): number | null {
  const label = labels[index] ?? 0;
  return label < 0 ? null : label;
}

/** Labels in memory that threads share. */
export function sharedLabels(labels: readonly number[]): Int32Array {
  const shared = new Int32Array(new SharedArrayBuffer(labels.length * 4));
  shared.set(labels);
  return shared;
}
