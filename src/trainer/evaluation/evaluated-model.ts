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
 * Which weights evaluations see: averages where there are some, unless the run asks for others. Validation, test,
 * prediction and the features that observers ask for all go through it, so that one rule holds for them.
 */
export class WeightSwitch {
  #weights: EvaluationWeights;
  #wanted: WeightKind | null = null;

  constructor(weights: EvaluationWeights = none) {
    this.#weights = weights;
  }

  /** Takes the averages of a plugin that is built after what evaluates. */
  connect(weights: EvaluationWeights): void {
    this.#weights = weights;
  }

  /**
   * Says which weights the evaluations of a run are to see; `null` for averages where there are some.
   *
   * @param source what the weights were read from, for the error.
   * @throws FulgurError `config` where averages are asked for and there are none.
   */
  choose(wanted: WeightKind | null, source = 'model'): void {
    if (wanted === 'averaged' && !this.#weights.exist) {
      throw new FulgurError('config', {
        what: `The ${source} holds no averaged weights.`,
        why: 'They are there once weightAveraging() has begun to average.',
        fix: 'Leave out --weights averaged, or name a later checkpoint.',
      });
    }
    this.#wanted = wanted;
  }

  /** What an evaluation sees now. */
  get kind(): WeightKind {
    return this.#weights.exist && this.#wanted !== 'raw' ? 'averaged' : 'raw';
  }

  /** Evaluates with the weights that evaluations see; within another evaluation they are there already. */
  async during<T>(evaluate: () => Promise<T>): Promise<T> {
    if (this.kind === 'raw' || this.#weights.standIn) return evaluate();
    this.#weights.swapIn();
    try {
      return await evaluate();
    } finally {
      this.#weights.swapOut();
    }
  }

  /** Reads the weights in training, also in the middle of an evaluation. */
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

/** Runs something in evaluation mode and puts every module's own mode back, also of one that was frozen in it. */
export async function inEvaluationMode<T>(root: Module, run: () => Promise<T>): Promise<T> {
  const before = root.modules().map((module) => ({ module, training: module.training }));
  root.eval();
  try {
    return await run();
  } finally {
    // Setting a module's mode sets that of all below it, so modules shared by two owners may take a second round.
    let differing = before;
    while (differing.length > 0) {
      for (const { module, training } of differing) module.train(training);
      differing = before.filter(({ module, training }) => module.training !== training);
    }
  }
}
