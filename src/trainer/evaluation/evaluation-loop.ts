import type * as tf from '@tensorflow/tfjs-core';
import type { BatchSource, EvaluationKind, EvaluationProgress, MetricRow } from '../../contracts';
import { drawingAt } from '../../engine';
import type { StepPosition } from '../../nn';
import { inEvaluationMode } from './evaluated-model';
import { reduceOverRanks } from '../log/metric-reduction';
import type { MetricStore } from '../log/metric-store';
import type { TrainerScope } from '../trainer-scope';
import { batchSizeOf } from '../step/batch-tensors';
import type { EvaluationStep } from '../step/step-source';
import { evaluationKinds } from './evaluation-kind';

/** The outputs of `predictStep` for a batch. */
export type Outputs = Readonly<Record<string, tf.Tensor>>;

/** The subject of an evaluation. */
export interface EvaluationTask<B> {
  readonly kind: EvaluationKind;
  readonly data: BatchSource<B>;
  /** The number of updates of the evaluated weights, on which random operations depend. */
  readonly updates: () => number;
  /** The run's seed; `undefined` for the seed of this process. */
  readonly seed: number | undefined;
  /** The training position, for scheduled values; left out outside a fit. */
  readonly position?: StepPosition;
  /** Receives each batch's outputs and disposes them. */
  readonly onOutputs?: (outputs: Outputs) => Promise<void>;
}

/** The options of one evaluation. */
export interface EvaluationUse {
  /** The number of batches to evaluate, at most as many as the data has. */
  readonly batches: number;
  readonly sanityCheck: boolean;
  /** Receives the evaluation's row of metrics before the hooks of monitors are called. */
  readonly publish: (values: MetricRow['values']) => void;
}

type Values = MetricRow['values'];

/** Iterates once over held-out data, in evaluation mode. */
export class EvaluationLoop<B> {
  readonly #scope: TrainerScope<B>;
  readonly #task: EvaluationTask<B>;
  readonly #step: EvaluationStep<B>;

  /** @throws FulgurError `module` if the module has no step of this kind. */
  constructor(scope: TrainerScope<B>, task: EvaluationTask<B>) {
    const { parts, module, log, owners, warn } = scope;
    this.#scope = scope;
    this.#task = task;
    this.#step = parts.steps.evaluation({
      ...{ kind: task.kind, module, options: parts.options, log, owners, warn },
      position: task.position ?? null,
    });
    scope.releaseAtEnd(() => {
      this.#step.dispose();
    });
  }

  /**
   * Evaluates the weights that evaluations see; when the hooks at the end are called, the model has its training
   * weights again. Metrics of a sanity check are discarded; those of other evaluations then count among the run's
   * newest ones.
   * @returns the logged metrics; `null` if the run was interrupted meanwhile.
   */
  async run(use: EvaluationUse): Promise<Values | null> {
    const { module, hooks, log, parts } = this.#scope;
    const { events, strategy, weights } = parts;
    const { sanityCheck, publish, batches } = use;
    const names = evaluationKinds[this.#task.kind].hooks;
    const metrics = sanityCheck ? log.metrics.forTrial() : log.metrics.forEvaluation();
    const started = performance.now();
    events.emit('evaluationStarted', this.#progress(0, use));
    const evaluate = async (): Promise<Values | null> => {
      await strategy.beforeEvaluation(module);
      await hooks.call(names.start, []);
      await hooks.call(names.epochStart, []);
      if (!(await this.#batches(metrics, use))) return null;
      metrics.reduceEpoch(await reduceOverRanks(strategy.ranks, metrics.parts()), { restart: true });
      await hooks.call(names.epochEnd, []);
      return metrics.takeEpochRow();
    };
    return inEvaluationMode(module, async () => {
      const values = await log.into(metrics, () => weights.during(evaluate));
      if (values === null) return null;
      if (sanityCheck) await hooks.call(names.end, []);
      else {
        await hooks.call(names.end, [], () => {
          publish(values);
        });
      }
      const seconds = (performance.now() - started) / 1000;
      events.emit('evaluationEnded', this.#progress(batches, use), values, seconds);
      return values;
    });
  }

  /** @returns whether all batches were evaluated. */
  async #batches(metrics: MetricStore, use: EvaluationUse): Promise<boolean> {
    const { batches } = use;
    const { hooks, log, parts } = this.#scope;
    const { kind, data, updates, seed, onOutputs } = this.#task;
    const names = evaluationKinds[kind].hooks;
    let batchIndex = 0;
    for await (const batch of data.epoch(0, { limit: batches })) {
      if (parts.control.isInterrupted()) return false;
      const batchSize = batchSizeOf(batch);
      log.batchSize = batchSize;
      await hooks.call(names.batchStart, [batch]);
      const place = { seed, purpose: kind, position: [updates(), batchIndex] } as const;
      const { logged, outputs } = await drawingAt(place, () => this.#step(batch));
      for (const value of logged) metrics.record(value, batchSize);
      await onOutputs?.(outputs);
      await hooks.call(names.batchEnd, [{ batchIndex, batches, batchSize }, batch]);
      batchIndex += 1;
      parts.events.emit('evaluationBatchEnded', this.#progress(batchIndex, use));
    }
    return !parts.control.isInterrupted();
  }

  #progress(batchesDone: number, { sanityCheck, batches }: EvaluationUse): EvaluationProgress {
    return { kind: this.#task.kind, sanityCheck, batchesDone, batches };
  }
}
