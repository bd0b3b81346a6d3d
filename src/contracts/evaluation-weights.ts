/** The weights that an evaluation sees: those in training or their average. */
export type WeightKind = 'raw' | 'averaged';

/**
 * Averaged weights that evaluations see instead of the weights in training, provided by a plugin that keeps them. The
 * trainer swaps them in before an evaluation and out after it, even if it fails.
 */
export interface EvaluationWeights {
  /** Whether there are averaged weights yet. */
  readonly exist: boolean;
  /** Whether they are currently in the model. */
  readonly standIn: boolean;
  /** Puts the averaged weights into the model. */
  swapIn(): void;
  /** Restores the model's own weights, bit for bit. */
  swapOut(): void;
}
