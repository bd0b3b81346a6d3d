/** Weights that an evaluation may see: those in training, or an average of theirs. */
export type WeightKind = 'raw' | 'averaged';

/**
 * Averages that evaluations see in the place of the weights in training; a plugin that keeps some provides it. The trainer
 * puts them in before an evaluation, and takes them out after it, however it ended.
 */
export interface EvaluationWeights {
  /** Whether there are any yet. */
  readonly exist: boolean;
  /** Whether they are in the model now. */
  readonly standIn: boolean;
  /** Puts them into the model. */
  swapIn(): void;
  /** Gives the model its own weights back, bit for bit. */
  swapOut(): void;
}
