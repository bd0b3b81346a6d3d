import * as tf from '@tensorflow/tfjs-core';
import { hookTable } from '../../contracts';
import type { HostHooks, LogOptions, LoggedValue } from '../../contracts';
import { FulgurError } from '../../errors';
import { loggedTwice, resolveLogOptions, sameLogOptions, theModule } from './log-rules';
import type { LogPlace } from './log-rules';
import type { MetricStore } from './metric-store';

/** Brings what host hooks and the module log to where it belongs: into the step being traced, or into the metrics. */
export class LogRouter {
  /** Samples in the current batch. */
  batchSize = 1;
  #place: LogPlace | null = null;
  #step: StepLogCollector | null = null;

  #evaluation: MetricStore | null = null;

  constructor(readonly metrics: MetricStore) {}

  /** While `run` runs, what is logged belongs to an evaluation and not to the current training epoch. */
  async into<T>(evaluation: MetricStore, run: () => Promise<T>): Promise<T> {
    this.#evaluation = evaluation;
    try {
      return await run();
    } finally {
      this.#evaluation = null;
    }
  }

  /** Runs module code of which `log` calls belong to `place`. */
  async at<T>(place: LogPlace, run: () => T | Promise<T>): Promise<T> {
    const outer = this.#place;
    this.#place = place;
    try {
      return await run();
    } finally {
      this.#place = outer;
    }
  }

  /** Runs module code inside the step: its `log` calls become outputs of the step. */
  inStep<T>(place: LogPlace, step: StepLogCollector, run: () => T): T {
    const outer = { place: this.#place, step: this.#step };
    this.#place = place;
    this.#step = step;
    try {
      return run();
    } finally {
      this.#place = outer.place;
      this.#step = outer.step;
    }
  }

  /** What a host hook logs. */
  logFromHook(place: keyof HostHooks, by: string, name: string, value: number, options?: LogOptions): void {
    const logged = { name, value, options: this.#resolve(place, by, name, options) };
    const metrics = this.#evaluation ?? this.metrics;
    const { counts } = hookTable[place];
    if (counts === 'as-epoch') metrics.recordEpoch(logged);
    else metrics.record(logged, counts === 'as-batch' ? this.batchSize : 1);
  }

  /** What a step hook logs into the step that is being traced. */
  logFromStepHook(
    step: StepLogCollector,
    place: LogPlace,
    by: string,
    name: string,
    value: tf.Scalar,
    options?: LogOptions,
  ): void {
    step.add(place, name, value, this.#resolve(place, by, name, options));
  }

  /** What the module logs, from wherever it is. */
  logFromModule(name: string, value: tf.Scalar | number, options?: LogOptions): void {
    const place = this.#place;
    if (place === null) throw calledOutside(name);
    if (this.#step !== null) {
      if (typeof value === 'number') throw numberInStep(name, place);
      this.logFromStepHook(this.#step, place, theModule, name, value, options);
      return;
    }
    // Where logging is refused altogether, that is the thing to say.
    resolveLogOptions(place, name, options);
    if (typeof value !== 'number') throw tensorInHook(name, place);
    this.logFromHook(place as keyof HostHooks, theModule, name, value, options);
  }

  #resolve(place: LogPlace, by: string, name: string, options?: LogOptions): Required<LogOptions> {
    const resolved = resolveLogOptions(place, name, options);
    const stage = this.#evaluation === null ? 'training' : 'evaluation';
    this.metrics.names.claim({ name, options: resolved, by, stage });
    return resolved;
  }
}

function calledOutside(name: string): FulgurError {
  return new FulgurError('trainer', {
    what: `log('${name}') was called outside of the module's hooks.`,
    why: 'There is no step or epoch that it belongs to.',
    fix: 'Call it in trainingStep or in a hook, before the hook returns.',
  });
}

function numberInStep(name: string, place: LogPlace): FulgurError {
  return new FulgurError('trace', {
    what: `log('${name}') in ${place} was given a number.`,
    why: 'The step is traced once, so the number would stay the same for ever.',
    fix: 'Give it a scalar tensor, or log the number in onTrainBatchEnd.',
  });
}

function tensorInHook(name: string, place: LogPlace): FulgurError {
  return new FulgurError('trainer', {
    what: `log('${name}') in ${place} was given a tensor.`,
    why: 'Host hooks log numbers.',
    fix: 'Read its value first: (await tensor.data())[0].',
  });
}

interface Collected {
  readonly options: Required<LogOptions>;
  readonly values: tf.Scalar[];
}

/**
 * What one step logs while it is traced. A name that is logged several times in one step, once a view for example,
 * gives one value: the calls reduced as its epoch is (`reduce`, a mean by default).
 */
export class StepLogCollector {
  readonly #collected = new Map<string, Collected>();

  add(place: LogPlace, name: string, value: tf.Tensor, resolved: Required<LogOptions>): void {
    const scalar = toScalar(place, name, value);
    const known = this.#collected.get(name);
    if (known !== undefined && !sameLogOptions(known.options, resolved)) {
      scalar.dispose();
      throw loggedTwice(name);
    }
    if (known === undefined) this.#collected.set(name, { options: resolved, values: [scalar] });
    else known.values.push(scalar);
  }

  /** The step's logged scalars, one a name; frees what was collected. */
  outputs(): LoggedValue<tf.Scalar>[] {
    const outputs = [...this.#collected].map(([name, { options, values }]) => ({
      name,
      value: reduceCalls(options.reduce, values),
      options,
    }));
    this.dispose();
    return outputs;
  }

  dispose(): void {
    for (const { values } of this.#collected.values()) tf.dispose(values);
    this.#collected.clear();
  }
}

/** A copy that outlives the gradient tape's scope, in which the value may have been made. */
function toScalar(place: LogPlace, name: string, value: unknown): tf.Scalar {
  if (!isTensor(value) || value.size !== 1) {
    throw new FulgurError('trainer', {
      what: `log('${name}') in ${place} was given ${describe(value)}.`,
      why: 'A metric is one number.',
      fix: 'Reduce it first, with tf.mean(value) for example.',
    });
  }
  return tf.keep(tf.tidy(() => tf.clone(tf.reshape(tf.cast<tf.Tensor>(value, 'float32'), []))));
}

function isTensor(value: unknown): value is tf.Tensor {
  return value instanceof tf.Tensor;
}

function describe(value: unknown): string {
  return isTensor(value) ? `a tensor of shape [${value.shape.join(', ')}]` : `a ${typeof value}`;
}

function reduceCalls(reduce: Required<LogOptions>['reduce'], values: tf.Scalar[]): tf.Scalar {
  return tf.tidy(() => {
    switch (reduce) {
      case 'mean':
        return values.length === 1 ? tf.addN(values) : tf.div<tf.Scalar>(tf.addN(values), values.length);
      case 'sum':
        return tf.addN(values);
      case 'min':
        return tf.min<tf.Scalar>(tf.stack(values));
      case 'max':
        return tf.max<tf.Scalar>(tf.stack(values));
    }
  });
}
