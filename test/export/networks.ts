import * as tf from '@tensorflow/tfjs-core';
import { RandomStream } from '../../src/engine';
import { simplify } from '../../src/graph';
import type { FrozenGraph } from '../../src/graph';
import * as nn from '../../src/nn';

/** A backbone, small enough for a test, and the extent of its square images. */
export interface TestNetwork {
  readonly name: string;
  readonly size: number;
  make(): nn.Module & { forward(images: tf.Tensor4D): tf.Tensor };
}

/** Backbones of each kind that Fulgur has. */
export const networks: readonly TestNetwork[] = [
  { name: 'a ResNet-18', size: 33, make: () => nn.resnet18({ head: 'none', width: 32 }) },
  {
    name: 'a ResNet-18 of small images',
    size: 16,
    make: () => nn.resnet18({ head: 'none', stem: 'cifar', width: 16 }),
  },
  { name: 'a ResNet-50', size: 32, make: () => nn.resnet50({ head: 'none', width: 8 }) },
  {
    name: 'a vision transformer',
    size: 16,
    make: () =>
      new nn.VisionTransformer({ imageSize: 16, patchSize: 4, width: 48, depth: 2, heads: 3, head: 'none' }),
  },
];

/** A backbone with what its batch norms would have learnt, as a graph, and its own features. */
export interface FrozenNetwork {
  readonly graph: FrozenGraph;
  /** Features of images' values, `[batch, size, size, 3]`. */
  features(values: Float32Array): Float32Array;
  dispose(): void;
}

/** Makes a backbone whose statistics and shifts are not those of the first step, and freezes it. */
export async function frozenNetwork({ make, size }: TestNetwork): Promise<FrozenNetwork> {
  const module = make();
  const random = new RandomStream(19, 'initialisation');
  for (const variable of module.namedVariables().values()) {
    if (variable.shape.length !== 1) continue;
    tf.tidy(() => {
      const [count = 0] = variable.shape;
      variable.assign(tf.tensor1d(Float32Array.from({ length: count }, () => random.uniform(0.5, 1.5))));
    });
  }
  module.eval();
  const run = (images: tf.Tensor4D): tf.Tensor => module.forward(images);
  const graph = simplify(await nn.freeze(run, { inputShape: [size, size, 3], module }));
  return {
    graph,
    features: (values) =>
      tf.tidy(() =>
        run(tf.tensor4d(values, [values.length / (size * size * 3), size, size, 3])).dataSync<'float32'>(),
      ),
    dispose: () => module.dispose(),
  };
}

/** Normalised images `[batch, size, size, 3]`. */
export function networkImages(batch: number, size: number): Float32Array {
  const random = new RandomStream(19, 'evaluation', [batch]);
  return Float32Array.from({ length: batch * size * size * 3 }, () => random.normal());
}
