import * as tf from '@tensorflow/tfjs-core';
import type { LoggedValue, LogOptions } from '../../contracts';
import { FulgurError } from '../../errors';
import { loggedTwice, sameLogOptions } from './log-rules';
import type { LogPlace } from './log-rules';

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
