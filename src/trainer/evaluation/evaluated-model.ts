import type { EvaluationWeights, WeightKind } from '../../contracts';
import { FulgurError } from '../../errors';
import type { Module } from '../../nn';

const none: EvaluationWeights = {
  exist: false,
  standIn: false,
  swapIn: () => undefined,
  swapOut: () => undefined,
};

/**
 * Decides which weights evaluations see: averaged weights if the run has them, unless it asks for others. Validation,
 * test, prediction and the features that observers ask for all use it, so that one rule applies to all.
 */
export class WeightSwitch {
  #weights: EvaluationWeights;
  #wanted: WeightKind | null = null;

  constructor(weights: EvaluationWeights = none) {
    this.#weights = weights;
  }

  /** Receives the averages of a plugin that is built after the evaluating parts. */
  connect(weights: EvaluationWeights): void {
    this.#weights = weights;
  }

  /**
   * Chooses the weights that the evaluations of a run see; `null` means averaged weights if there are any.
   * @param source the origin of the weights, for the error.
   * @throws FulgurError `config` if averaged weights are requested and there are none.
   */
  choose(wanted: WeightKind | null, source = 'model'): void {
    if (wanted === 'averaged' && !this.#weights.exist) {
      throw new FulgurError('config', {
        what: `The ${source} contains no averaged weights.`,
        why: 'weightAveraging() adds them once it has started to average.',
        fix: 'Remove --weights averaged, or choose a later checkpoint.',
      });
    }
    this.#wanted = wanted;
  }

  /** The weights that an evaluation currently sees. */
  get kind(): WeightKind {
    return this.#weights.exist && this.#wanted !== 'raw' ? 'averaged' : 'raw';
  }

  /** Runs a function with the weights that evaluations see; within another evaluation they are already in place. */
  async during<T>(evaluate: () => Promise<T>): Promise<T> {
    if (this.kind === 'raw' || this.#weights.standIn) return evaluate();
    this.#weights.swapIn();
    try {
      return await evaluate();
    } finally {
      this.#weights.swapOut();
    }
  }

  /** Reads the training weights, even in the middle of an evaluation. */
  async ownDuring<T>(read: () => Promise<T>): Promise<T> {
    if (!this.#weights.standIn) return read();
    this.#weights.swapOut();
    try {
      return await read();
    } finally {
      this.#weights.swapIn();
    }
  }
}

/**
 * Runs a function in evaluation mode, then restores the mode of every module, including those frozen in evaluation
 * mode.
 */
export async function inEvaluationMode<T>(root: Module, run: () => Promise<T>): Promise<T> {
  const before = root.modules().map((module) => ({ module, training: module.training }));
  root.eval();
  try {
    return await run();
  } finally {
    // Setting a module's mode sets that of all its descendants, so modules shared by two owners may need a second
    // round.
    let differing = before;
    while (differing.length > 0) {
      for (const { module, training } of differing) module.train(training);
      differing = before.filter(({ module, training }) => module.training !== training);
    }
  }
}
