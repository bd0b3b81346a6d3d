import * as tf from '@tensorflow/tfjs-core';
import { start, compile, liveCounts } from '../src/engine';
import * as nn from '../src/nn';
async function main() {
  await start({ seed: 1 });
  let t = Date.now();
  const m = nn.resnet18({ head: 'none' });
  console.log('built', Date.now() - t, m.stateDict().size, m.parameters().length);
  const x = tf.randomNormal<tf.Rank.R4>([8, 32, 32, 3]);
  console.log(liveCounts());
  const y = tf.tidy(() => m.forward(x)); y.print();
  console.log(liveCounts());
  const { value, grads } = tf.variableGrads(() => tf.mean(m.forward(x)) as tf.Scalar, [...m.parameters()]);
  value.print(); console.log(Object.keys(grads).length);
  tf.dispose(grads); value.dispose();
  console.log(liveCounts());
  const f = compile((x: tf.Tensor4D) => tf.mean(m.forward(x)) as tf.Scalar);
  console.log(await f(x), await f(x), liveCounts());
}
void main();
