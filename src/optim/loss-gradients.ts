import * as tf from '@tensorflow/tfjs-core';
import type { Gradients } from '../contracts';
import { FulgurError } from '../errors';

/**
 * A loss and its gradients; a parameter that it does not reach gets zeros.
 *
 * @param owner who trains the parameters, in errors: `optim.sgd`.
 * @param parameters those that are not frozen, by name.
 * @throws FulgurError `module` for a loss that is no scalar, or that depends on none of them.
 */
export function lossGradients(
  owner: string,
  loss: () => tf.Scalar,
  parameters: ReadonlyMap<string, tf.Variable>,
): { loss: tf.Scalar; gradients: Gradients } {
  if (parameters.size === 0) {
    throw new FulgurError('module', {
      what: `All parameters of ${owner} are frozen.`,
      fix: 'Call unfreeze() on what is to be trained.',
    });
  }
  const variables = [...parameters.values()];
  const { value, grads } = tf.engine().gradients(() => checkedLoss(loss()), variables, undefined, true);
  // Typed as tensors all, but a parameter that the loss does not reach has none.
  const reached: readonly (tf.Tensor | null | undefined)[] = grads;
  if (reached.every((gradient) => gradient == null)) throw nothingReached(owner);
  const gradients = new Map(
    [...parameters].map(([name, parameter], index) => [name, reached[index] ?? tf.zerosLike(parameter)]),
  );
  return { loss: value, gradients };
}

function checkedLoss(loss: tf.Scalar): tf.Scalar {
  if (loss.rank === 0) return loss;
  throw new FulgurError('module', {
    what: `The loss has the shape [${(loss as tf.Tensor).shape.join(', ')}].`,
    why: 'Gradients are taken of one number.',
    fix: 'Return a scalar: take tf.mean(...) of it.',
  });
}

function nothingReached(owner: string): FulgurError {
  return new FulgurError('module', {
    what: `The loss depends on no parameter of ${owner}.`,
    fix: 'Compute it from the outputs of the modules that are trained, without nn.stopGradient in between.',
  });
}
