import { currentEngine } from './current-engine';
import { runInSavedModel } from './native/saved-model-session';
import type { PlainTensor, SavedModelEnds } from './native/saved-model-session';

/**
 * Loads a SavedModel with TensorFlow's own loader and runs it once.
 * @throws FulgurError `engine` before `start()`, and if it cannot be loaded or run.
 */
export async function runSavedModel(
  folder: string,
  ends: SavedModelEnds,
  given: PlainTensor,
): Promise<Float32Array> {
  return runInSavedModel(currentEngine().binding.library, folder, ends, given);
}
