import type { Embeddings, ModelIdentity } from '../../../src/evaluation';

export const identity: ModelIdentity = {
  experiment: 'fastsiam',
  checkpoint: 'runs/fastsiam/version_0/checkpoints/epoch=1-step=120',
  step: 120,
  epoch: 1,
  weights: 'raw',
  sha256: 'a'.repeat(64),
  view: { plain: { inputSize: 32, normalize: null } },
  fulgur: '0.1.0',
};

/** Four images of three features; the names have letters of one, two, three and four bytes. */
export const embeddings: Embeddings = {
  features: Float32Array.of(1, 0, 0, 0.1, 0.2, 0.3, -1e-38, 1 / 3, 7e7, 0, 1, 0),
  width: 3,
  names: ['cat/one.jpg', 'dog/ü.jpg', 'dog/猫.png', 'cat/🐈.png'],
  labels: Int32Array.of(0, 1, -1, 0),
  classNames: ['cat', 'dog'],
  model: identity,
};
