import * as tf from '@tensorflow/tfjs-core';

/** Frees what tfjs kept for a backward pass that an error has prevented; tfjs itself would never free it. */
export function freeAbandonedTape(): void {
  const { state } = tf.engine();
  // tfjs declares a tape that is always there, but sets it to null after each backward pass.
  const tape = state.activeTape as { readonly saved?: tf.Tensor[] }[] | null | undefined;
  if (state.gradientDepth > 0 || !tape) return;
  for (const { saved } of tape) tf.dispose(saved ?? []);
  state.activeTape = [];
}
