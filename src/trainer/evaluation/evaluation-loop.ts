import type * as tf from '@tensorflow/tfjs-core';
import type {
  BatchSource,
  EvaluationKind,
  EvaluationProgress,
  MetricRow,
  Replicated,
  RunEventBus,
  Strategy,
} from '../../contracts';
import { drawingAt } from '../../engine';
import type { Module } from '../../nn';
import { inEvaluationMode } from '../evaluation-mode';
import type { HostHookRunner } from '../hooks/host-hook-runner';
import type { LogRouter } from '../log/log-router';
import { reduceOverRanks } from '../log/metric-reduction';
import type { MetricStore } from '../log/metric-store';
import { batchSizeOf } from '../step/batch-size';
import { evaluationKinds } from './evaluation-kind';
import type { EvaluationStep } from './evaluation-step';
import type { WeightSwitch } from './weight-switch';

/** What an evaluation works with. */
export interface EvaluationParts<B> {
  readonly kind: EvaluationKind;
  readonly module: Module & Replicated;
  readonly data: BatchSource<B>;
  readonly step: EvaluationStep<B>;
  readonly hooks: HostHookRunner;
  readonly log: LogRouter;
  readonly events: RunEventBus;
  /** Updates of the weights that are evaluated: random operations depend on them. */
  readonly updates: () => number;
  /** The run's seed; `undefined` for that of this process. */
  readonly seed: number | undefined;
  readonly isInterrupted: () => boolean;
  readonly strategy: Strategy;
  readonly weights: WeightSwitch;
  /** Gets what each batch gave, and disposes it. */
  readonly onOutputs?: (outputs: Readonly<Record<string, tf.Tensor>>) => Promise<void>;
}

/** How one evaluation is to be taken. */
export interface EvaluationUse {
  /** Batches to evaluate, at most what the data have. */
  readonly batches: number;
  readonly sanityCheck: boolean;
  /** Gets the evaluation's row of metrics before monitors have their turn. */
  readonly publish: (values: MetricRow['values']) => void;
}

type Values = MetricRow['values'];

/** Goes once through held-out data, in evaluation mode. */
export class EvaluationLoop<B> {
  readonly #parts: EvaluationParts<B>;

  constructor(parts: EvaluationParts<B>) {
    this.#parts = parts;
  }

  /**
   * Evaluates the weights that evaluations see; the hooks at the end find those in training in the model again. Metrics of a sanity check are forgotten; those of others are among the run's newest ones afterwards.
   *
   * @returns what was logged; `null` where the run was interrupted on the way.
   */
  async run(use: EvaluationUse): Promise<Values | null> {
    const { kind, module, hooks, log, events, strategy, weights } = this.#parts;
    const { sanityCheck, publish, batches } = use;
    const names = evaluationKinds[kind].hooks;
    const metrics = sanityCheck ? log.metrics.forTrial() : log.metrics.forEvaluation();
    const started = performance.now();
    events.emit('evaluationStarted', this.#progress(0, use));
    const evaluate = async (): Promise<Values | null> => {
      await strategy.beforeEvaluation(module);
      await hooks.call(names.start, []);
      await hooks.call(names.epochStart, []);
      if (!(await this.#batches(metrics, use))) return null;
      const parts = await reduceOverRanks(strategy.ranks, metrics.parts());
      metrics.reduceEpoch(parts, { restart: true });
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
    const { kind, data, step, hooks, log, events, updates, seed, isInterrupted, onOutputs } = this.#parts;
    const names = evaluationKinds[kind].hooks;
    let batchIndex = 0;
    for await (const batch of data.epoch(0, { limit: batches })) {
      if (isInterrupted()) return false;
      const batchSize = batchSizeOf(batch);
      log.batchSize = batchSize;
      await hooks.call(names.batchStart, [batch]);
      const place = { seed, purpose: kind, position: [updates(), batchIndex] } as const;
      const { logged, outputs } = await drawingAt(place, () => step(batch));
      for (const value of logged) metrics.record(value, batchSize);
      await onOutputs?.(outputs);
      await hooks.call(names.batchEnd, [{ batchIndex, batches, batchSize }, batch]);
      batchIndex += 1;
      events.emit('evaluationBatchEnded', this.#progress(batchIndex, use));
    }
    return !isInterrupted();
  }

  #progress(batchesDone: number, { sanityCheck, batches }: EvaluationUse): EvaluationProgress {
    return { kind: this.#parts.kind, sanityCheck, batchesDone, batches };
  }
}
