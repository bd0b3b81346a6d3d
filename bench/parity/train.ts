import { compile, optim, tf } from '../../src';
import type { StateDict } from '../../src';
import { FastSiam, collapseMeasure } from './fast-siam';
import { initialState, makeViews } from './generate';
import type { Figures, Reference, SumAndNorm } from './reference';

/** Trains as the reference was trained, on the started engine, and gives the same figures. */
export async function trainFigures(reference: Reference, eager: boolean): Promise<Figures> {
  const { spec } = reference;
  const model = new FastSiam(spec.stem);
  model.loadStateDict(initialState(reference));
  const optimizer = optim.sgd(model.parameters(), {
    learningRate: spec.lr,
    momentum: spec.momentum,
    weightDecay: spec.wd,
  });
  const views = makeViews(spec).map((pixels) => tf.tensor4d(pixels, [spec.batch, spec.size, spec.size, 3]));

  const step = compile(
    (batch: tf.Tensor4D[]) => {
      let collapse = tf.scalar(0);
      const { loss, gradients } = optimizer.gradients(() => {
        const outputs = batch.map((view) => model.forward(view));
        const { z } = outputs[0]!;
        collapse = tf.keep(collapseMeasure(z));
        return model.loss(outputs);
      });
      const squares = [...gradients.values()].map((gradient) => tf.sum(tf.square(gradient)));
      const gradNorm = tf.sqrt(tf.addN(squares)) as tf.Scalar;
      optimizer.apply(gradients);
      return { loss, gradNorm, collapse, gradients: Object.fromEntries(gradients) };
    },
    { name: 'train', eager },
  );
  const evaluate = compile((view: tf.Tensor4D) => model.forward(view), { name: 'evaluate', eager });

  const loss: number[] = [];
  const gradNorm: number[] = [];
  const zStdTimesSqrtD: number[] = [];
  let grad0: Record<string, SumAndNorm> = {};
  for (let index = 0; index < spec.steps; index++) {
    const result = await step(views);
    loss.push(result.loss);
    gradNorm.push(result.gradNorm);
    zStdTimesSqrtD.push(result.collapse);
    const gradients = Object.entries(result.gradients) as [string, tf.Tensor][];
    if (index === 0) {
      grad0 = Object.fromEntries(gradients.map(([name, tensor]) => [name, sumAndNorm(tensor.dataSync())]));
    }
    tf.dispose(result.gradients);
  }

  model.eval();
  const { z, p } = await evaluate(views[0]!);
  const figures = {
    loss,
    gradNorm,
    zStdTimesSqrtD,
    grad0,
    final: summary(model.stateDict()),
    evalZ0: [...z.dataSync().slice(0, 16)],
    evalP0: [...p.dataSync().slice(0, 16)],
  };
  step.dispose();
  evaluate.dispose();
  tf.dispose([z, p, ...views]);
  optimizer.dispose();
  model.dispose();
  return figures;
}

function summary(state: StateDict): Record<string, SumAndNorm> {
  return Object.fromEntries(
    [...state].map(([name, { data }]) => [
      name,
      sumAndNorm(data instanceof BigInt64Array ? Float64Array.from(data, Number) : data),
    ]),
  );
}

function sumAndNorm(values: Iterable<number>): SumAndNorm {
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  return [sum, Math.sqrt(squares)];
}
