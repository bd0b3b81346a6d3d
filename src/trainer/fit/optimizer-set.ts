import type * as tf from '@tensorflow/tfjs-core';
import type { FitPlan, Gradients, Optimizer, OptimizerState } from '../../contracts';
import { FulgurError } from '../../errors';
import { withStepPosition } from '../../nn';
import type { StepPosition } from '../../nn';
import { lossGradients } from '../../optim';
import type { LogRouter } from '../log/log-router';
import { nameOfCheckpoint } from '../state/rank-states';
import type { TrainingModule } from '../training-module';

/** A fit's optimisers, which share one loss: each moves the parameters that it was given. */
export class OptimizerSet {
  readonly list: readonly Optimizer[];

  private constructor(list: readonly Optimizer[]) {
    this.list = list;
  }

  /**
   * Asks the module for its optimisers.
   *
   * @param position where the fit stands, for their schedules.
   * @throws FulgurError `module` unless there is one at least, and each parameter is in one of them only.
   */
  static async configure<B>(
    module: TrainingModule<B>,
    { plan, position }: { readonly plan: FitPlan; readonly position: StepPosition },
    log: LogRouter,
  ): Promise<OptimizerSet> {
    const configured: unknown = await log.at('configureOptimizers', () =>
      withStepPosition(position, () => module.configureOptimizers(plan)),
    );
    const list: unknown[] = Array.isArray(configured) ? configured : [configured];
    if (list.length === 0 || !list.every(isOptimizer)) {
      throw new FulgurError('module', {
        what: `configureOptimizers of ${module.constructor.name} returned ${list.length === 0 ? 'no optimiser' : 'something else than optimisers'}.`,
        fix: 'Return one, such as optim.sgd(this.parameters(), { learningRate: 0.1 }), or a list of them.',
      });
    }
    refuseShared(module.constructor.name, list);
    return new OptimizerSet(list);
  }

  /** Updates done. */
  get stepCount(): number {
    return this.list[0]?.stepCount ?? 0;
  }

  /** All parameters of all of them, by name. */
  parameters(): ReadonlyMap<string, tf.Variable> {
    return new Map(this.list.flatMap((optimizer) => [...optimizer.parameters()]));
  }

  /** Those that are not frozen. */
  trainedParameters(): ReadonlyMap<string, tf.Variable> {
    return new Map(this.list.flatMap((optimizer) => [...optimizer.trainedParameters()]));
  }

  /** Loss and gradients of everything that is trained, from one forward pass. */
  gradients(loss: () => tf.Scalar): { loss: tf.Scalar; gradients: Gradients } {
    const [only, second] = this.list;
    if (only !== undefined && second === undefined) return only.gradients(loss);
    const owner = this.list.map(({ kind }) => `optim.${kind}`).join(' and ');
    const made = lossGradients(owner, loss, this.trainedParameters());
    const gradients = this.list.reduce<Gradients>(
      (all, optimizer) => optimizer.withoutHeld?.(all) ?? all,
      made.gradients,
    );
    return { ...made, gradients };
  }

  /**
   * One update of all parameters that have a gradient.
   *
   * @throws FulgurError `module` for a gradient of something else.
   */
  apply(gradients: Gradients): void {
    const trained = this.trainedParameters();
    const unknown = [...gradients.keys()].filter((name) => !trained.has(name));
    if (unknown.length > 0) throw gradientsOfNobody(unknown);
    for (const optimizer of this.list) optimizer.apply(gradients);
  }

  states(): OptimizerState[] {
    return this.list.map((optimizer) => optimizer.state());
  }

  /** @throws FulgurError `checkpoint` for states of another number of optimisers, `state` for those of another kind. */
  restore(states: readonly OptimizerState[], path: string | null): void {
    if (states.length !== this.list.length) {
      throw new FulgurError('checkpoint', {
        what: `${nameOfCheckpoint(path)} holds the state of ${count(states.length)}, and the module has ${count(this.list.length)}.`,
        fix: 'Resume with the configureOptimizers that the run was started with.',
      });
    }
    states.forEach((state, index) => this.list[index]?.restore(state));
  }

  dispose(): void {
    for (const optimizer of this.list) optimizer.dispose();
  }
}

function gradientsOfNobody(names: readonly string[]): FulgurError {
  return new FulgurError('module', {
    what: `There are gradients of ${names.join(', ')}, and no optimiser trains parameters of these names.`,
    why: 'A step hook may have returned them.',
    fix: 'Return gradients under the names of those that came in, and none of frozen parameters.',
  });
}

function count(optimizers: number): string {
  return optimizers === 1 ? 'one optimiser' : `${optimizers} optimisers`;
}

function isOptimizer(value: unknown): value is Optimizer {
  return typeof value === 'object' && value !== null && 'gradients' in value && 'apply' in value;
}

function refuseShared(module: string, optimizers: readonly Optimizer[]): void {
  const owners = new Map<string, string>();
  for (const optimizer of optimizers) {
    for (const name of optimizer.parameters().keys()) {
      const other = owners.get(name);
      if (other !== undefined) {
        throw new FulgurError('module', {
          what: `configureOptimizers of ${module} gives a parameter '${name}' to optim.${other} and to optim.${optimizer.kind}.`,
          why: 'Gradients are known by name, and each one moves one parameter.',
          fix: "Give each optimiser parameters of its own: this.parameters().filter((_, name) => name.startsWith('backbone.')).",
        });
      }
      owners.set(name, optimizer.kind);
    }
  }
}
