/**
 * Replaces a module's `forward` by `around`, until the disposer is called; `around` receives the original call. The
 * replacement is a property on the instance that is not enumerable, so that code that searches the module's fields does
 * not find it.
 */
export function aroundForward(module: object, around: (forward: () => unknown) => unknown): () => void {
  const own = Object.getOwnPropertyDescriptor(module, 'forward');
  const forward: unknown = Reflect.get(module, 'forward');
  if (typeof forward !== 'function') return () => undefined;
  const watched = (...inputs: unknown[]): unknown =>
    around(() => Reflect.apply(forward, module, inputs) as unknown);
  Object.defineProperty(module, 'forward', {
    value: watched,
    configurable: true,
    writable: true,
    enumerable: false,
  });
  return () => {
    if (own === undefined) Reflect.deleteProperty(module, 'forward');
    else Object.defineProperty(module, 'forward', own);
  };
}

/** Passes every output of `module.forward` to `onOutput`, until the disposer is called. */
export function watchForward(module: object, onOutput: (output: unknown) => void): () => void {
  return aroundForward(module, (forward) => {
    const output = forward();
    onOutput(output);
    return output;
  });
}
