import type * as tf from '@tensorflow/tfjs-core';
import type { FitPlan, Gradients, Optimizer, OptimizerState } from '../../contracts';
import { FulgurError } from '../../errors';
import { withStepPosition } from '../../nn';
import type { StepPosition } from '../../nn';
import { lossGradients } from '../../optim';
import type { LogRouter } from '../log/log-router';
import { nameOfCheckpoint } from '../state/rank-states';
import type { TrainingModule } from '../training-module';

/** A fit's optimisers, which share one loss: each updates the parameters that it was given. */
export class OptimizerSet {
  readonly list: readonly Optimizer[];

  private constructor(list: readonly Optimizer[]) {
    this.list = list;
  }

  /**
   * Asks the module for its optimisers.
   * @param position the position of the fit, for their schedules.
   * @throws FulgurError `module` unless there is at least one, and each parameter belongs to only one of them.
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
        what: `configureOptimizers of ${module.constructor.name} returned ${list.length === 0 ? 'no optimiser' : 'a value that is not an optimiser'}.`,
        fix: 'Return one, such as optim.sgd(this.parameters(), { learningRate: 0.1 }), or a list of them.',
      });
    }
    refuseShared(module.constructor.name, list);
    return new OptimizerSet(list);
  }

  /** The number of updates done. */
  get stepCount(): number {
    return this.list[0]?.stepCount ?? 0;
  }

  /** All parameters of all optimisers, by name. */
  parameters(): ReadonlyMap<string, tf.Variable> {
    return new Map(this.list.flatMap((optimizer) => [...optimizer.parameters()]));
  }

  /** The parameters that are not frozen. */
  trainedParameters(): ReadonlyMap<string, tf.Variable> {
    return new Map(this.list.flatMap((optimizer) => [...optimizer.trainedParameters()]));
  }

  /** Computes the loss and the gradients of all trained parameters in one forward pass. */
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
   * Updates all parameters that have a gradient once.
   * @throws FulgurError `module` for a gradient of any other name.
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
        what: `${nameOfCheckpoint(path)} contains the state of ${count(states.length)}, but the module has ${count(this.list.length)}.`,
        fix: 'Resume with the configureOptimizers with which the run was started.',
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
    what: `There are gradients of ${names.join(', ')}, but no optimiser trains parameters with these names.`,
    why: 'A step hook may have returned them.',
    fix: 'Return gradients only under the names of those in the given map, and none of frozen parameters.',
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
          what: `configureOptimizers of ${module} gives a parameter '${name}' both to optim.${other} and to optim.${optimizer.kind}.`,
          why: 'Gradients are identified by name, and each one updates one parameter.',
          fix: "Give each optimiser its own parameters: this.parameters().filter((_, name) => name.startsWith('backbone.')).",
        });
      }
      owners.set(name, optimizer.kind);
    }
  }
}
