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

/** Calls `action` with a fresh `TF_Status`, and throws what it holds afterwards. */
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

/** @throws TensorFlowError when the status holds a failure */
export function throwIfFailed(library: NativeLibrary, status: NativePointer): void {
  const code = Number(library['TF_GetCode']!(status));
  if (code !== 0) throw new TensorFlowError(code, String(library['TF_Message']!(status)));
}
