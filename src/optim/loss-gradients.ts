import * as tf from '@tensorflow/tfjs-core';
import type { Gradients } from '../contracts';
import { dropPathless } from '../engine';
import { FulgurError, messageOf } from '../errors';
import { listNames } from '../nn';

/**
 * Computes a loss and its gradients. A parameter that the loss does not reach has none, as in PyTorch: no gradient
 * flows through `nn.stopGradient`, comparisons, `argMax` or casts to whole numbers.
 *
 * @param owner the name of what trains the parameters, in errors: `optim.sgd`.
 * @param parameters the parameters that are not frozen, by name.
 * @throws FulgurError `module` for a loss that is not a scalar, that depends on none of them, or that depends on some
 *   of them through an operation without a gradient.
 */
export function lossGradients(
  owner: string,
  loss: () => tf.Scalar,
  parameters: ReadonlyMap<string, tf.Variable>,
): { loss: tf.Scalar; gradients: Gradients } {
  if (parameters.size === 0) {
    throw new FulgurError('module', {
      what: `All parameters of ${owner} are frozen.`,
      fix: 'Call unfreeze() on the parameters to be trained.',
    });
  }
  const recorded = (): tf.Scalar => {
    const made = checkedLoss(loss());
    dropPathless();
    return made;
  };
  const { value, grads } = differentiate(recorded, [...parameters.values()]);
  const names = [...parameters.keys()];
  const gradients = new Map(
    names.flatMap((name, index) => {
      const gradient = grads[index];
      return gradient == null ? [] : [[name, gradient] as const];
    }),
  );
  if (gradients.size === 0) throw nothingReached(owner, names);
  return { loss: value, gradients };
}

/** The gradients of tfjs are all typed as tensors, but that of a variable that the loss does not reach is null. */
function differentiate(
  loss: () => tf.Scalar,
  variables: tf.Variable[],
): { value: tf.Scalar; grads: readonly (tf.Tensor | null | undefined)[] } {
  try {
    return tf.engine().gradients(loss, variables, undefined, true);
  } catch (error) {
    const operation = /gradient function not found for (.+)\.$/.exec(messageOf(error))?.[1];
    throw operation === undefined ? error : noGradientOf(operation, error);
  }
}

function checkedLoss(loss: tf.Scalar): tf.Scalar {
  if (loss.rank === 0) return loss;
  throw new FulgurError('module', {
    what: `The loss has the shape [${(loss as tf.Tensor).shape.join(', ')}].`,
    why: 'Gradients are computed of a single number.',
    fix: 'Return a scalar, for example with tf.mean(...).',
  });
}

function nothingReached(owner: string, names: readonly string[]): FulgurError {
  return new FulgurError('module', {
    what: `The loss has no path to a trainable parameter: it depends on none of ${owner}, which has ${listNames(names, names)}.`,
    why: 'No gradient flows through nn.stopGradient, argMax, comparisons and casts to whole numbers.',
    fix: 'Compute the loss from the outputs of the trained modules, with none of these in between.',
  });
}

function noGradientOf(operation: string, cause: unknown): FulgurError {
  return new FulgurError('module', {
    what: `The loss depends on a trained parameter through the operation ${operation}, which has no gradient.`,
    fix: 'Wrap its result in nn.stopGradient(...) if no gradient is to flow, or define one with tf.customGrad(...).',
    cause,
  });
}
