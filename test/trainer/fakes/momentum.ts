import * as tf from '@tensorflow/tfjs-core';
import type { Gradients, Optimizer, OptimizerState } from '../../../src/contracts';
import { afterStep, stepInput } from '../../../src/engine';
import type { ParameterList } from '../../../src/nn';

/** Gradient descent with momentum and a learning rate that falls with the steps: enough state to be lost on resume. */
export class Momentum implements Optimizer {
  readonly kind = 'test-momentum';
  stepCount = 0;
  readonly #parameters: Map<string, tf.Variable>;
  readonly #slots: Map<string, tf.Variable>;

  constructor(
    parameters: ParameterList,
    private readonly rate = 0.1,
  ) {
    this.#parameters = new Map(parameters.entries());
    this.#slots = new Map(
      [...this.#parameters].map(([name, { shape }]) => [
        name,
        tf.tidy(() => tf.variable(tf.zeros(shape), false)),
      ]),
    );
  }

  get learningRates(): readonly number[] {
    return [this.#learningRate];
  }

  get #learningRate(): number {
    return this.rate / (1 + this.stepCount / 10);
  }

  parameters(): ReadonlyMap<string, tf.Variable> {
    return this.#parameters;
  }

  trainedParameters(): ReadonlyMap<string, tf.Variable> {
    return this.#parameters;
  }

  gradients(loss: () => tf.Scalar): { loss: tf.Scalar; gradients: Gradients } {
    const { value, grads } = tf.variableGrads(loss, [...this.#parameters.values()]);
    const gradients = new Map([...this.#parameters].map(([name, { name: key }]) => [name, grads[key]!]));
    return { loss: value, gradients };
  }

  apply(gradients: Gradients): void {
    const rate = stepInput(() => this.#learningRate);
    for (const [name, variable] of this.#parameters) {
      const slot = this.#slots.get(name)!;
      tf.tidy(() => {
        slot.assign(tf.add(tf.mul(slot, 0.9), gradients.get(name)!));
        variable.assign(tf.sub(variable, tf.mul(slot, rate)));
      });
    }
    afterStep(() => {
      this.stepCount += 1;
    });
  }

  minimize(loss: () => tf.Scalar): tf.Scalar {
    const { loss: value, gradients } = this.gradients(loss);
    this.apply(gradients);
    return value;
  }

  overrideLearningRate(): void {
    throw new Error('this optimiser has one rate');
  }

  state(): OptimizerState {
    return {
      kind: this.kind,
      stepCount: this.stepCount,
      slots: new Map(
        [...this.#slots].map(([name, slot]) => [
          name,
          { dtype: 'F32' as const, shape: slot.shape, data: Float32Array.from(slot.dataSync()) },
        ]),
      ),
    };
  }

  restore({ stepCount, slots }: OptimizerState): void {
    this.stepCount = stepCount;
    for (const [name, slot] of this.#slots) {
      const { data, shape } = slots.get(name)!;
      tf.tidy(() => slot.assign(tf.tensor(data as Float32Array, [...shape])));
    }
  }

  dispose(): void {
    for (const slot of this.#slots.values()) slot.dispose();
  }
}
