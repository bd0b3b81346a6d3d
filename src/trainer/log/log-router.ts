import * as tf from '@tensorflow/tfjs-core';
import { hookTable } from '../../contracts';
import type { HostHooks, LogOptions, LoggedValue } from '../../contracts';
import { FulgurError } from '../../errors';
import { loggedTwice, resolveLogOptions, sameLogOptions, theModule } from './log-rules';
import type { LogPlace } from './log-rules';
import type { MetricStore } from './metric-store';

/** Routes the values that host hooks and the module log: to the step being traced, or to the metrics. */
export class LogRouter {
  /** The number of samples in the current batch. */
  batchSize = 1;
  #place: LogPlace | null = null;
  #step: StepLogCollector | null = null;

  #evaluation: MetricStore | null = null;

  constructor(readonly metrics: MetricStore) {}

  /** While `run` runs, logged values belong to an evaluation and not to the current training epoch. */
  async into<T>(evaluation: MetricStore, run: () => Promise<T>): Promise<T> {
    this.#evaluation = evaluation;
    try {
      return await run();
    } finally {
      this.#evaluation = null;
    }
  }

  /** Runs module code whose `log` calls belong to `place`. */
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

  /** Logs a value from a host hook. */
  logFromHook(place: keyof HostHooks, by: string, name: string, value: number, options?: LogOptions): void {
    const logged = { name, value, options: this.#resolve(place, by, name, options) };
    const metrics = this.#evaluation ?? this.metrics;
    const { counts } = hookTable[place];
    if (counts === 'as-epoch') metrics.recordEpoch(logged);
    else metrics.record(logged, counts === 'as-batch' ? this.batchSize : 1);
  }

  /** Logs a value from a step hook, into the step being traced. */
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

  /** Logs a value from the module, wherever it is called. */
  logFromModule(name: string, value: tf.Scalar | number, options?: LogOptions): void {
    const place = this.#place;
    if (place === null) throw calledOutside(name);
    if (this.#step !== null) {
      if (typeof value === 'number') throw numberInStep(name, place);
      this.logFromStepHook(this.#step, place, theModule, name, value, options);
      return;
    }
    // Where logging is never allowed, report that before the wrong type.
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
    why: 'There is no step or epoch to which it belongs.',
    fix: 'Call it in trainingStep or in a hook, before the hook returns.',
  });
}

function numberInStep(name: string, place: LogPlace): FulgurError {
  return new FulgurError('trace', {
    what: `log('${name}') in ${place} was given a number.`,
    why: 'The step is traced once, so the number would never change.',
    fix: 'Pass a scalar tensor, or log the number in onTrainBatchEnd.',
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
 * The values that one step logs while it is traced. A name that is logged several times in one step, for example once
 * per view, yields one value: the calls are reduced like an epoch (`reduce`, a mean by default).
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

  /** Returns the step's logged scalars, one for each name, and frees the collected values. */
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

/** A copy that outlives the scope of the gradient tape in which the value may have been made. */
function toScalar(place: LogPlace, name: string, value: unknown): tf.Scalar {
  if (!isTensor(value) || value.size !== 1) {
    throw new FulgurError('trainer', {
      what: `log('${name}') in ${place} was given ${describe(value)}.`,
      why: 'A metric must be a single number.',
      fix: 'Reduce it first, for example with tf.mean(value).',
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
