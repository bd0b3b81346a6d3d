import * as tf from '@tensorflow/tfjs-core';
import { liveCounts, start } from '../../../src/engine';
import * as nn from '../../../src/nn';
import { fit, messageOf, plugin, seededRegression } from '../fakes/fit';
import type { FitSetup } from '../fakes/fit';
import { Points } from '../fakes/points';
import { Regression } from '../fakes/regression';

beforeAll(async () => {
  await start();
});

const detect = (setup: FitSetup) => fit({ ...setup, options: { maxEpochs: 1, detectAnomaly: true } });

const look =
  'Check its inputs there: a logarithm or root of a negative number, 0 / 0, or numbers beyond float32.';

/** Log of what may well be negative. */
class Logarithm extends nn.Module {
  forward(x: tf.Tensor2D): tf.Tensor2D {
    return tf.log(x);
  }
}

class Inner extends nn.Module {
  readonly log = new Logarithm();

  forward(x: tf.Tensor2D): tf.Tensor2D {
    return tf.maximum(this.log.forward(x), 0);
  }
}

class Logarithmic extends Regression {
  readonly innerPart = new Inner();

  override forward(points: tf.Tensor2D): tf.Tensor2D {
    return this.head.forward(this.innerPart.forward(this.backbone.forward(points)));
  }
}

describe('detectAnomaly', () => {
  it('changes nothing where there is no NaN', async () => {
    const plain = await fit({ options: { maxEpochs: 1 } });
    const watched = await detect({});
    expect(watched.error).toBeNull();
    expect(watched.weights).toEqual(plain.weights);
    expect(Object.keys(watched.module).filter((key) => key === 'forward')).toEqual([]);
  });

  it('names the operation and the innermost module of the forward pass', async () => {
    const { error } = await detect({ module: new Logarithmic() });
    expect(messageOf(error)).toContain(
      `The operation 'Log' made the first NaN, in the forward pass of module 'inner_part.log'. ${look}`,
    );
  });

  it('names the model where the NaN arises in trainingStep itself', async () => {
    class Own extends Regression {
      override trainingStep(batch: Parameters<Regression['trainingStep']>[0]): tf.Scalar {
        return tf.sqrt(tf.sub(tf.mul(super.trainingStep(batch), 0), 1));
      }
    }
    const { error } = await detect({ module: new Own() });
    expect(messageOf(error)).toContain(
      `The operation 'Sqrt' made the first NaN, in the forward pass of Own. ${look}`,
    );
  });

  it('identifies the backward pass', async () => {
    const { error } = await detect({
      plugins: [
        plugin('p', {
          // The root of zero is zero; its slope there, times zero, is not a number.
          onBeforeBackward: (loss) => tf.add(loss, tf.mul(tf.sqrt(tf.mul(loss, 0)), 0)),
        }),
      ],
    });
    expect(messageOf(error)).toMatch(
      /^The operation '\w+' made the first NaN, in the backward pass\. Check its inputs/,
    );
  });

  it('identifies data that already contains one, and keeps nothing of the failed step', async () => {
    const module = seededRegression();
    const run = (): Promise<unknown> => detect({ module, data: new Points({ spoiledBatch: 1 }) });
    const first = (await run()) as { error: unknown };
    expect(messageOf(first.error)).toMatch(
      /^The operation '\w+' was given the first NaN, in the forward pass of Regression\. Look for NaN in the data, and in the initial parameters\./,
    );
    const before = liveCounts();
    await run();
    expect(liveCounts()).toEqual(before);
  });

  it('does not let a half-updated state be saved', async () => {
    const failing = new Regression();
    let refusal: unknown = null;
    await fit({
      module: failing,
      options: { maxEpochs: 1, compile: false },
      data: new Points({ lastBatchSize: 1 }),
      plugins: (trainer) => [
        plugin('saver', {
          onException: async () => {
            refusal = await trainer()
              .runState.capture()
              .catch((error: unknown) => error);
          },
        }),
      ],
    });
    expect(messageOf(refusal)).toBe(
      "The run's state is not saved: Step 3 failed before it was complete; some parameters may be updated and others not. Correct the cause of the failure. The previous checkpoint is still good.",
    );
  });
});
