/**
 * The share of rows whose label is among the k highest logits. Of equal logits the lower class counts as higher.
 *
 * Source: lightly's `mean_topk_accuracy`.
 *
 * @param logits `[samples, classes]`, row by row.
 */
export function topKAccuracy(logits: Float32Array, labels: Int32Array, k: number): number {
  const classes = logits.length / labels.length;
  const right = labels.reduce((sum, label, row) => {
    const scores = logits.subarray(row * classes, (row + 1) * classes);
    const own = scores[label] ?? -Infinity;
    const higher = scores.reduce(
      (count, score, i) => count + (score > own || (score === own && i < label) ? 1 : 0),
      0,
    );
    return sum + (higher < k ? 1 : 0);
  }, 0);
  return right / labels.length;
}
