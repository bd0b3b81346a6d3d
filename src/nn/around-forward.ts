/**
 * Puts `around` in the place of a module's `forward`, until the disposer is called; it gets the call to make.
 *
 * The method stands in front of the class's own as a property that is not enumerable, so that nothing that searches
 * the module's fields comes across it.
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

/** Shows every output of `module.forward` to `onOutput`, until the disposer is called. */
export function watchForward(module: object, onOutput: (output: unknown) => void): () => void {
  return aroundForward(module, (forward) => {
    const output = forward();
    onOutput(output);
    return output;
  });
}
