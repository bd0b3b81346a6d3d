import type { NativeLibrary, NativePointer } from './native-library';

/** A failure that TensorFlow reported, in its own words. */
export class TensorFlowError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
    this.name = 'TensorFlowError';
  }
}

/** Calls `action` with a new `TF_Status`, and throws the error that it then contains. */
export function checked<T>(library: NativeLibrary, action: (status: NativePointer) => T): T {
  const status: NativePointer = library['TF_NewStatus']!();
  try {
    const result = action(status);
    throwIfFailed(library, status);
    return result;
  } finally {
    library['TF_DeleteStatus']!(status);
  }
}

/** A `TF_Status` for many successive calls, each of which would otherwise create and free its own. */
export class SharedStatus {
  #status: NativePointer;

  constructor(private readonly library: NativeLibrary) {
    this.#status = library['TF_NewStatus']!();
  }

  /** Does the same as `checked`. */
  check<T>(action: (status: NativePointer) => T): T {
    try {
      const result = action(this.#status);
      throwIfFailed(this.library, this.#status);
      return result;
    } catch (error) {
      // Not every function clears the error of an earlier one.
      this.dispose();
      this.#status = this.library['TF_NewStatus']!();
      throw error;
    }
  }

  dispose(): void {
    this.library['TF_DeleteStatus']!(this.#status);
  }
}

/** @throws TensorFlowError if the status contains a failure */
export function throwIfFailed(library: NativeLibrary, status: NativePointer): void {
  const code = Number(library['TF_GetCode']!(status));
  if (code !== 0) throw new TensorFlowError(code, String(library['TF_Message']!(status)));
}
