import { FulgurError, tf } from '../../src';

/**
 * Returns the representation in the output of a module's `forward`, `[batch, d]`.
 *
 * @param plugin the plugin as a user writes it, for the error: `collapseSentinel()`.
 * @param watch the key of the representation.
 * @throws FulgurError `plugin` for a key that does not exist, or has another kind of value.
 */
export function watchedVectors(plugin: string, watch: string, output: unknown): tf.Tensor2D {
  const value = isRecord(output) ? output[watch] : undefined;
  if (!isTensor(value)) {
    throw new FulgurError('plugin', {
      what: `${plugin} watches '${watch}', which forward() does not return as a tensor: it returned ${described(output)}.`,
      fix: `Return { ${watch}: ... } from forward(), or watch a key that it returns.`,
    });
  }
  if (value.rank !== 2) {
    throw new FulgurError('plugin', {
      what: `${plugin} watches '${watch}', which has shape [${value.shape.join(', ')}] instead of [batch, d].`,
      fix: 'Watch the output of the projection head, or flatten it to one vector per sample.',
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
