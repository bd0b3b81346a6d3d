import * as tf from '@tensorflow/tfjs-core';
import type { MadeOnce } from '../backend/trace';
import { currentEngine, isStarted } from '../current-engine';

/**
 * Returns the result of `make` for a tensor's value; while a function is traced, it is computed once for all callers
 * that request the same. The gradients of all of them are then summed before they flow back through it, not after.
 * Elsewhere it is computed for each caller.
 *
 * @param what - distinguishes the results for one tensor
 */
export function oncePerTrace(
  source: tf.Tensor,
  what: string,
  make: () => readonly tf.Tensor[],
): readonly tf.Tensor[] {
  const trace = isStarted() ? currentEngine().binding.trace : null;
  if (trace === null) return make();
  const { gradientDepth, kernelDepth, activeTape } = tf.engine().state;
  // A result that no tape has seen lets no gradient through, so it is not used for callers that record.
  const tape = gradientDepth > 0 && kernelDepth === 0 ? activeTape : null;
  const { dataId } = source;
  const isSame = (made: MadeOnce): boolean =>
    made.dataId === dataId && made.tape === tape && made.what === what;
  const known = trace.madeOnce.find(isSame);
  if (known !== undefined) return known.tensors;
  const tensors = make().map((tensor) => tf.keep(tensor));
  trace.madeOnce.push({ dataId, tape, what, tensors });
  return tensors;
}
