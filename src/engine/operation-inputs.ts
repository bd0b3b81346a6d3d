import { currentEngine } from './current-engine';
import { registeredOperation } from './native/op-definitions';
import type { InputDefinition } from './native/op-definitions';

/**
 * Returns the facts in TensorFlow's registry about an operation's inputs: their order, lists among them and the
 * attributes that are determined by them.
 * @throws FulgurError `engine` before `start()`; TensorFlow's own error for an operation that does not exist.
 */
export function operationInputs(name: string): readonly InputDefinition[] {
  return registeredOperation(currentEngine().binding.library, name).inputs;
}
