import { currentEngine } from './current-engine';
import { dataTypes } from './native/data-types';

/** The operation that first returned NaN. */
export interface FirstNaN {
  /** Its name in TensorFlow's registry. */
  readonly operation: string;
  /** Whether one of its inputs was already NaN: then it came from data or parameters. */
  readonly wasGiven: boolean;
}

/**
 * Checks every result of the operations that `run` executes one by one, until the first NaN. Each result is copied to
 * the host, so this is for finding mistakes and not for training.
 * @param found returns the error that is thrown at the operation.
 */
export function watchForNaN<T>(run: () => T, found: (first: FirstNaN) => Error): T {
  const { binding } = currentEngine();
  const holdsNaN = (id: number): boolean => {
    const handle = binding.handleOf(id);
    if (handle === null || binding.eager.facts(handle).dtype !== dataTypes.float32) return false;
    return (binding.eager.download(handle) as Float32Array).some(Number.isNaN);
  };
  const outer = binding.onOperation;
  binding.onOperation = (operation, inputs, outputs) => {
    if (outputs.some(holdsNaN)) throw found({ operation, wasGiven: inputs.some(holdsNaN) });
  };
  try {
    return run();
  } finally {
    binding.onOperation = outer;
  }
}
