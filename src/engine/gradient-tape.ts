import * as tf from '@tensorflow/tfjs-core';

/** The record that tfjs keeps of an operation, to find the path from a loss back to its inputs. */
interface TapeNode {
  readonly kernelName: string;
  readonly outputs: readonly tf.Tensor[];
  /** Absent for an operation without a gradient. */
  readonly gradient?: unknown;
  /** The tensors that the gradient needs; kept until then. */
  readonly saved?: readonly tf.Tensor[];
}

/** The part of tfjs's engine that its types hide. */
interface Recorder {
  addTapeNode(
    kernelName: string,
    inputs: tf.NamedTensorMap,
    outputs: readonly tf.Tensor[],
    gradient: null,
    saved: readonly tf.Tensor[],
    attributes: object,
  ): void;
}

/** Operations whose results depend on the shape of their input but not on its values. */
const formOnly: ReadonlySet<string> = new Set([tf.ZerosLike, tf.OnesLike]);

/** Runs `run` unseen by any tape: no gradient flows through its results. */
export function offTape<T>(run: () => T): T {
  const { state } = tf.engine();
  // tfjs records nothing within a kernel.
  state.kernelDepth += 1;
  try {
    return run();
  } finally {
    state.kernelDepth -= 1;
  }
}

/**
 * Records an operation that tfjs does not know on the tape. Otherwise the path back would silently end there; now it
 * ends with an error that names the operation, unless no parameter is behind it.
 */
export function recordForeign(
  name: string,
  inputs: readonly tf.Tensor[],
  outputs: readonly tf.Tensor[],
): void {
  const engine = tf.engine();
  const { gradientDepth, kernelDepth } = engine.state;
  if (gradientDepth === 0 || kernelDepth > 0) return;
  const named = Object.fromEntries(inputs.map((input, index) => [index, input]));
  (engine as unknown as Recorder).addTapeNode(`runOp('${name}')`, named, outputs, null, [], {});
}

/**
 * Removes from the current tape the operations through which PyTorch has no gradient path: those whose results are
 * whole numbers or booleans, such as comparisons, `argMax` and casts, and those that read only a shape. tfjs would
 * return zeros, or fail. To be called where the loss is computed, before its gradients.
 */
export function dropPathless(): void {
  const { state } = tf.engine();
  const tape = state.activeTape as unknown as TapeNode[];
  const kept: TapeNode[] = [];
  for (const node of tape) {
    const carriers = node.outputs.filter(({ dtype }) => dtype === 'float32' || dtype === 'complex64');
    if (carriers.length === 0 || formOnly.has(node.kernelName)) tf.dispose([...(node.saved ?? [])]);
    // `topk` returns values and indices: only the path through the values needs a gradient.
    else kept.push(node.gradient === undefined ? { ...node, outputs: carriers } : node);
  }
  tape.length = 0;
  for (const node of kept) tape.push(node);
}
