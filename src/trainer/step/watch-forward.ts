/**
 * Shows every output of `module.forward` to `onOutput`, until the disposer is called.
 *
 * The watching method stands in front of the class's own as a property that is not enumerable, so that nothing that
 * searches the module's fields comes across it.
 */
export function watchForward(module: object, onOutput: (output: unknown) => void): () => void {
  const own = Object.getOwnPropertyDescriptor(module, 'forward');
  const forward: unknown = Reflect.get(module, 'forward');
  if (typeof forward !== 'function') return () => undefined;
  const watched = (...inputs: unknown[]): unknown => {
    const output: unknown = Reflect.apply(forward, module, inputs);
    onOutput(output);
    return output;
  };
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
