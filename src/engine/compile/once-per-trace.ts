import * as tf from '@tensorflow/tfjs-core';
import type { MadeOnce } from '../backend/trace';
import { currentEngine, isStarted } from '../current-engine';

/**
 * What `make` gives of a tensor's value; while a function is traced, made once for all who ask for the same. Gradients of
 * all of them are then added up before they go back through it, not after. Elsewhere it is made for each.
 *
 * @param what - tells apart what is made of one tensor
 */
export function oncePerTrace(
  source: tf.Tensor,
  what: string,
  make: () => readonly tf.Tensor[],
): readonly tf.Tensor[] {
  const trace = isStarted() ? currentEngine().binding.trace : null;
  if (trace === null) return make();
  const { gradientDepth, kernelDepth, activeTape } = tf.engine().state;
  // What no tape has seen lets no gradient through: it is none for those who record.
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
