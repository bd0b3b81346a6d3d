import * as tf from '@tensorflow/tfjs-core';
import type { StepOutputs } from '../../contracts';
import { compile, sameOnAllRanks, watchVariables, withoutNotingReads } from '../../engine';
import { FulgurError } from '../../errors';
import { notingExchanges, watchForward, withBatchStatistics, withRanks, withStepPosition } from '../../nn';
import type { StepPosition, StepRanks } from '../../nn';
import { soloRanks } from '../../strategy';
import { StepHookRunner } from '../hooks/step-hook-runner';
import { StepLogCollector } from '../log/log-router';
import { AnomalyDetection } from './anomaly-detection';
import { callStep } from './call-step';
import { brokenParameter, sumParameters } from './finite-parameters';
import type { ParameterSums } from './finite-parameters';
import { FrozenFields } from './frozen-fields';
import { GradientAccumulator, clipGradients } from './gradients';
import type { ClippingRule } from './gradients';
import type { StepOutcome, TrainingStep, TrainingStepParts } from './step-source';
import { StepVariants } from './step-variants';

interface Outputs extends StepOutputs<tf.Scalar> {
  /** `null` if the batch does not complete an update. */
  readonly parameters: ParameterSums | null;
}

/**
 * The compiled training step: one function for a batch that completes an update and, if updates take several batches,
 * one for the others.
 */
export class CompiledTrainingStep<B> implements TrainingStep<B> {
  readonly eager: boolean;
  readonly #parts: TrainingStepParts<B>;
  readonly #hooks: StepHookRunner;
  readonly #frozen: FrozenFields;
  /** `null` unless NaN is looked for. */
  readonly #anomalies: AnomalyDetection | null;
  /** `null` if every batch is an update. */
  readonly #accumulator: GradientAccumulator | null;
  /** `null` leaves gradients unchanged. */
  readonly #clipping: ClippingRule | null;
  readonly #variants: StepVariants<B, Outputs>;
  readonly #position: StepPosition;
  /** The exchanges of losses between ranks in the step that was traced last, in order. */
  #exchanged: Record<string, string> = {};

  constructor(parts: TrainingStepParts<B>) {
    const {
      module,
      participants,
      log,
      owners,
      options,
      optimizers,
      batchesPerUpdate,
      position,
      strategy,
      warn,
    } = parts;
    const { gradientClipVal: limit, gradientClipAlgorithm: algorithm, precision, detectAnomaly } = options;
    this.#parts = parts;
    this.#hooks = new StepHookRunner(participants, log, owners);
    this.#frozen = new FrozenFields('training step', module, warn, this.#hooks.owners());
    this.#anomalies = detectAnomaly ? new AnomalyDetection(module) : null;
    this.#accumulator =
      batchesPerUpdate === null ? null : new GradientAccumulator(optimizers.parameters(), batchesPerUpdate);
    this.#clipping = limit === null ? null : { limit, algorithm };

    this.eager = !options.compile || detectAnomaly;
    const how = { eager: this.eager, precision, onRetrace: warn, onNotice: warn };
    this.#variants = new StepVariants((isUpdate) =>
      compile((batch: B) => this.#step(batch, isUpdate), {
        ...how,
        name: isUpdate ? 'training step' : 'accumulating step',
        onFirstTrace: () => strategy.agreeOnStep(this.#exchanged),
      }),
    );
    this.#position = this.#variants.watch(position);
  }

  async run(batch: B, isUpdate: boolean): Promise<StepOutcome> {
    const begins = this.#parts.position.batchOfUpdate === 0;
    this.#frozen.check();
    const started = performance.now();
    const { optimizers } = this.#parts;
    const { parameters, ...outputs } = await this.#variants.run(batch, { isUpdate, begins });
    const seconds = (performance.now() - started) / 1000;
    return {
      ...outputs,
      seconds,
      brokenParameter: await brokenParameter(parameters, () => optimizers.parameters()),
    };
  }

  dropAccumulated(): void {
    this.#accumulator?.reset();
  }

  dispose(): void {
    this.#variants.dispose();
    this.#accumulator?.dispose();
  }

  /**
   * Does the work on one batch, from its forward pass to the update. Compiled, this JavaScript runs only once per
   * trace, so nothing here costs time in training.
   */
  #step(batch: B, isUpdate: boolean): Outputs {
    const { module, log, owners, parameters, optimizers, strategy, batchStatistics } = this.#parts;
    const hooks = this.#hooks;
    const logged = new StepLogCollector();
    const work = (): Outputs => {
      parameters.requireSameAtFirst();

      const forward = (): tf.Scalar => {
        const trainingStep = (): unknown =>
          log.inStep('trainingStep', logged, () =>
            callStep(module, 'trainingStep', batch, () => module.trainingStep(batch)),
          );
        const returned = withBatchStatistics(batchStatistics, () =>
          withRanks(this.#ranksOfStep(), trainingStep),
        );
        const loss = hooks.beforeBackward(requireLoss(module, returned), logged);
        this.#anomalies?.enter('backward');
        return loss;
      };
      const backward = () => optimizers.gradients(forward);
      const { result, use } = watchVariables(() => orElse(backward, () => parameters.requireSame()));
      owners.check('trainingStep', use);
      this.#anomalies?.enter('update');
      const gradients = hooks.afterBackward(result.gradients, logged);
      // What this check reads is not something on which the step depends.
      withoutNotingReads(() => parameters.tellUntrained(optimizers.trainedParameters(), gradients));

      let sums: ParameterSums | null = null;
      if (!isUpdate) this.#accumulator?.add(gradients);
      else {
        const mean = this.#accumulator?.take(gradients) ?? gradients;
        // From here on ranks have the same gradients, and must all do the same with them.
        sums = sameOnAllRanks(() => {
          // The strategy's hook, the first one, exchanges them.
          const settled = hooks.beforeOptimizerStep(mean, logged);
          optimizers.apply(this.#clipping === null ? settled : clipGradients(settled, this.#clipping));
          return sumParameters(optimizers.trainedParameters());
        });
      }
      return { loss: result.loss, logged: logged.outputs(), parameters: sums };
    };
    const { parameters: sums, ...outputs } = this.#watching(logged, work);
    return { ...(isUpdate ? strategy.combineOutputs(outputs) : outputs), parameters: sums };
  }

  /** Returns the ranks as losses see them. */
  #ranksOfStep(): StepRanks {
    const { strategy } = this.#parts;
    if (strategy.ranksDiffer) return soloRanks;
    const exchanged: Record<string, string> = {};
    this.#exchanged = exchanged;
    return notingExchanges(strategy.ranks, (exchange) => {
      exchanged[`exchange ${Object.keys(exchanged).length + 1} of the loss`] = exchange;
    });
  }

  /** Runs the step's work while watching what it reads, what `forward` returns and whether NaN arises. */
  #watching(logged: StepLogCollector, work: () => Outputs): Outputs {
    const watched = (): Outputs => {
      const unwatch = this.#hooks.watchesForward
        ? watchForward(this.#parts.module, (output) => {
            this.#hooks.afterForward(output, logged);
          })
        : () => undefined;
      try {
        return work();
      } finally {
        unwatch();
        logged.dispose();
      }
    };
    const placed = (): Outputs => withStepPosition(this.#position, watched);
    const noted = (): Outputs => this.#frozen.noting(placed);
    return this.#anomalies === null ? noted() : this.#anomalies.watch(noted);
  }
}

/** If a step fails because a hook has changed the model, reports that cause instead. */
function orElse<T>(run: () => T, explain: () => void): T {
  try {
    return run();
  } catch (error) {
    explain();
    throw error;
  }
}

function requireLoss(module: object, loss: unknown): tf.Scalar {
  if (loss instanceof tf.Tensor && loss.rank === 0) return loss as tf.Scalar;
  throw new FulgurError('module', {
    what: `trainingStep of ${module.constructor.name} returned ${describe(loss)}.`,
    fix: 'Return the loss, a scalar tensor: tf.mean(...) reduces a larger tensor to one.',
  });
}

function describe(value: unknown): string {
  if (value instanceof tf.Tensor) return `a tensor of shape [${(value as tf.Tensor).shape.join(', ')}]`;
  return String(value === null ? null : typeof value);
}
