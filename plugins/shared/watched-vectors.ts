import { FulgurError, tf } from '../../src';

/**
 * The representation among what a module's `forward` returned, `[batch, d]`.
 *
 * @param plugin as a user writes it, for the error: `collapseSentinel()`.
 * @param watch its key.
 * @throws FulgurError `plugin` for a key that is not there, or holds something else.
 */
export function watchedVectors(plugin: string, watch: string, output: unknown): tf.Tensor2D {
  const value = isRecord(output) ? output[watch] : undefined;
  if (!isTensor(value)) {
    throw new FulgurError('plugin', {
      what: `${plugin} is to watch '${watch}', which forward() does not return as a tensor: it returned ${described(output)}.`,
      fix: `Return { ${watch}: ... } from forward(), or watch a key that is there.`,
    });
  }
  if (value.rank !== 2) {
    throw new FulgurError('plugin', {
      what: `${plugin} is to watch '${watch}', which has shape [${value.shape.join(', ')}] instead of [batch, d].`,
      fix: 'Watch the output of the projection head, or flatten it to one vector a sample.',
    });
  }
  return value as tf.Tensor2D;
}

function isTensor(value: unknown): value is tf.Tensor {
  return value instanceof tf.Tensor;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !isTensor(value);
}

function described(output: unknown): string {
  if (isTensor(output)) return `a tensor of shape [${output.shape.join(', ')}]`;
  if (!isRecord(output)) return typeof output;
  const keys = Object.keys(output);
  return keys.length === 0 ? 'an object without keys' : `an object with ${keys.join(', ')}`;
}
