import { compile, tf } from '../../src';
import { inputsOf, readyLoss } from './cases';
import type { LossCase, LossFigures, NormAndFirst } from './cases';

/** The numbers of a tensor that are compared. */
const FIRST = 8;

/** The comparison of a case: our largest error divided by the tolerance, for each kind of figure. */
export interface LossRatios {
  readonly value: number;
  readonly gradient: number;
  readonly state: number;
}

/** Calls a loss as its reference was called, on the started engine. */
export async function lossFigures(wanted: LossCase, seed: number, eager: boolean): Promise<LossFigures[]> {
  const ready = readyLoss(wanted, seed);
  const names = Object.keys(wanted.calls[0]!.gradients);
  const run = compile(
    (given: Record<string, tf.Tensor2D>) => {
      const { value, grads } = tf.engine().gradients(
        () => ready.run(given),
        names.map((name) => given[name]!),
      );
      return { loss: value, gradients: grads };
    },
    { name: wanted.loss, eager },
  );
  const figures: LossFigures[] = [];
  for (const call of wanted.calls.keys()) {
    const inputs = inputsOf(wanted, call, seed);
    const { loss, gradients } = await run(inputs);
    figures.push({
      loss,
      gradients: Object.fromEntries(names.map((name, i) => [name, normAndFirst(gradients[i]!)])),
      ...(ready.state !== null && { state: normAndFirst(ready.state) }),
    });
    tf.dispose([inputs, gradients]);
  }
  run.dispose();
  ready.dispose();
  return figures;
}

/**
 * Errors divided by the tolerance: 1e-5 of the largest loss, gradient norm or state norm of the case, or ten times the
 * error of PyTorch's own float32 run if that is larger.
 */
export function lossRatios(ours: readonly LossFigures[], { calls, float32Error }: LossCase): LossRatios {
  const ratio = (numbersOf: (figures: LossFigures) => readonly number[]): number => {
    const largest = Math.max(...calls.flatMap((call) => numbersOf(call).map(Math.abs)));
    const ratios = calls.flatMap((call, index) => {
      const allowed = Math.max(1e-5 * largest, 10 * float32Error[index]!);
      const own = numbersOf(ours[index]!);
      return numbersOf(call).map((truth, i) => Math.abs(own[i]! - truth) / allowed);
    });
    // NaN must not pass a comparison.
    return ratios.some(Number.isNaN) ? Infinity : Math.max(0, ...ratios);
  };
  return {
    value: ratio(({ loss }) => [loss]),
    gradient: ratio(({ gradients }) => Object.values(gradients).flatMap(numbers)),
    state: ratio(({ state }) => (state === undefined ? [] : numbers(state))),
  };
}

function numbers({ norm, first }: NormAndFirst): readonly number[] {
  return [norm, ...first];
}

function normAndFirst(tensor: tf.Tensor): NormAndFirst {
  const values = Array.from(tensor.dataSync());
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return { norm, first: values.slice(0, FIRST) };
}
