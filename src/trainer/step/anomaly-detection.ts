import { watchForNaN } from '../../engine';
import type { FirstNaN } from '../../engine';
import { FulgurError } from '../../errors';
import { aroundForward } from '../../nn';
import type { Module } from '../../nn';

/** The phases of a step. */
export type StepPhase = 'forward' | 'backward' | 'update';

const phases: Readonly<Record<StepPhase, string>> = {
  forward: 'the forward pass',
  backward: 'the backward pass',
  update: 'the update',
};

/**
 * Finds the operation and the module in which the first NaN of a step arises. The step must run operation by operation.
 */
export class AnomalyDetection {
  readonly #module: Module;
  #phase: StepPhase = 'forward';
  /** The names of the modules whose `forward` is running, outermost first. */
  readonly #running: string[] = [];

  constructor(module: Module) {
    this.#module = module;
  }

  /** Records that the current step has entered another phase. */
  enter(phase: StepPhase): void {
    this.#phase = phase;
  }

  /** @throws FulgurError `trainer` at the first NaN. */
  watch<T>(step: () => T): T {
    this.#phase = 'forward';
    const modules = [...this.#module.namedModules()];
    const disposers = modules.map(([name, module]) =>
      aroundForward(module, (forward) => {
        this.#running.push(name);
        try {
          return forward();
        } finally {
          this.#running.pop();
        }
      }),
    );
    try {
      return watchForNaN(step, (first) => this.#found(first));
    } finally {
      for (const dispose of disposers) dispose();
    }
  }

  #found({ operation, wasGiven }: FirstNaN): FulgurError {
    const name = this.#running.at(-1);
    const owner = name === undefined || name === '' ? this.#module.constructor.name : `module '${name}'`;
    const place = this.#phase === 'forward' ? `${phases.forward} of ${owner}` : phases[this.#phase];
    return new FulgurError('trainer', {
      what: `The operation '${operation}' ${wasGiven ? 'was given' : 'made'} the first NaN, in ${place}.`,
      fix: wasGiven
        ? 'Look for NaN in the data, and in the initial parameters.'
        : 'Check its inputs there: a logarithm or root of a negative number, 0 / 0, or numbers beyond float32.',
    });
  }
}
