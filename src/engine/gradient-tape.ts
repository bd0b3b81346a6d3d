import * as tf from '@tensorflow/tfjs-core';

/** What tfjs records of an operation, to find the way from a loss back to what it depends on. */
interface TapeNode {
  readonly kernelName: string;
  readonly outputs: readonly tf.Tensor[];
  /** Absent for an operation that has none. */
  readonly gradient?: unknown;
  /** What the gradient needs; kept until then. */
  readonly saved?: readonly tf.Tensor[];
}

/** The part of tfjs's engine that its types keep to themselves. */
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

/** Their results have the shape of their input and nothing of its values. */
const formOnly: ReadonlySet<string> = new Set([tf.ZerosLike, tf.OnesLike]);

/** Runs `run` unseen by any tape: no gradient flows through what it makes. */
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
 * Tells the tape of an operation that tfjs does not know. Without it the way back would end there in silence; so it ends
 * with an error that names the operation, unless no parameter lies behind it.
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
 * Takes those operations off the current tape through which PyTorch would know of no path: whose results are whole
 * numbers or booleans, such as comparisons, `argMax` and casts, and those that look at a shape only. tfjs would give
 * zeros, or refuse. To be called where the loss is made, before its gradients are taken.
 */
export function dropPathless(): void {
  const { state } = tf.engine();
  const tape = state.activeTape as unknown as TapeNode[];
  const kept: TapeNode[] = [];
  for (const node of tape) {
    const carriers = node.outputs.filter(({ dtype }) => dtype === 'float32' || dtype === 'complex64');
    if (carriers.length === 0 || formOnly.has(node.kernelName)) tf.dispose([...(node.saved ?? [])]);
    // `topk` gives values and indices: only the way through the values needs a gradient.
    else kept.push(node.gradient === undefined ? { ...node, outputs: carriers } : node);
  }
  tape.length = 0;
  for (const node of kept) tape.push(node);
}
