import * as tf from '@tensorflow/tfjs-core';
import { RandomStream, compile, liveCounts, runOp, start } from '../../../src/engine';
import { makeVariable } from '../make-variable';

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

const attributes = {
  epsilon: { type: 'float', value: 1e-5 },
  is_training: { type: 'bool', value: true },
  T: { type: 'type', value: 'float32' },
  U: { type: 'type', value: 'float32' },
} as const;

function random(shape: readonly number[], position: number): tf.Tensor {
  const stream = new RandomStream(1, 'initialisation', [position]);
  const values = Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => stream.normal());
  return tf.tensor(values, [...shape]);
}

/** Training batch norm by TensorFlow's fused operations. */
function normalise(x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor): tf.Tensor {
  const withGradient = tf.customGrad((...args) => {
    const [input, gamma, beta, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const none = tf.zeros([0]);
    const outputs = runOp('FusedBatchNormV3', attributes, [input, gamma, beta, none, none], 6);
    save([input, gamma, ...outputs.slice(3)]);
    return {
      value: outputs[0]!,
      gradFunc: (dy, saved) => {
        const [x, gamma, ...reserve] = saved as [tf.Tensor, tf.Tensor, ...tf.Tensor[]];
        return runOp('FusedBatchNormGradV3', attributes, [dy, x, gamma, ...reserve], 5).slice(0, 3);
      },
    };
  });
  return withGradient(x, scale, offset);
}

/** Three steps of a small network; gives the losses, the parameters and an output. */
async function train(eager: boolean): Promise<number[][]> {
  const kernel = makeVariable(random([3, 3, 3, 4], 1) as tf.Tensor4D);
  const scale = makeVariable(tf.ones([4]));
  const offset = makeVariable(tf.zeros([4]));
  const parameters = [kernel, scale, offset];
  const step = compile(
    (x: tf.Tensor4D) => {
      const { value, grads } = tf.variableGrads(() => {
        const features = tf.relu(normalise(tf.conv2d(x, kernel, 2, 'same'), scale, offset));
        return tf.mean(tf.square(tf.sub(features, 0.3))).asScalar();
      });
      for (const parameter of parameters)
        parameter.assign(tf.sub(parameter, tf.mul(grads[parameter.name]!, 0.1)));
      return { loss: value, features: tf.conv2d(x, kernel, 2, 'same') };
    },
    { eager },
  );
  const x = random([2, 8, 8, 3], 2) as tf.Tensor4D;
  const seen: number[][] = [];
  for (let i = 0; i < 3; i++) {
    const { loss, features } = await step(x);
    seen.push([loss], Array.from(features.dataSync()));
    features.dispose();
  }
  seen.push(...parameters.map((parameter) => Array.from(parameter.dataSync())));
  tf.dispose([x, ...parameters]);
  step.dispose();
  return seen;
}

describe('a training step of convolution and batch norm', () => {
  it('gives bit for bit the same numbers compiled and eager, and leaves nothing behind', async () => {
    const before = liveCounts();
    const compiled = await train(false);
    expect(liveCounts()).toEqual(before);
    expect(await train(true)).toEqual(compiled);
    expect(liveCounts()).toEqual(before);
    const losses = [compiled[0]![0]!, compiled[2]![0]!, compiled[4]![0]!];
    expect(losses[2]!).toBeLessThan(losses[0]!);
  });
});
