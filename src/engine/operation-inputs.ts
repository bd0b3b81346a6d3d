import { currentEngine } from './current-engine';
import { registeredOperation } from './native/op-definitions';
import type { InputDefinition } from './native/op-definitions';

/**
 * What TensorFlow's registry says of an operation's inputs: their order, lists among them and the attributes that follow
 * from them.
 *
 * @throws FulgurError `engine` before `start()`; TensorFlow's own error for an operation that it does not know.
 */
export function operationInputs(name: string): readonly InputDefinition[] {
  return registeredOperation(currentEngine().binding.library, name).inputs;
}
