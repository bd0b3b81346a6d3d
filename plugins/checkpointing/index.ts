import { join } from 'node:path';
import { tokens } from '../../src';
import type { PluginDescriptor } from '../../src';
import { pluginWithOptions } from '../shared/check-options';
import { CheckpointFinder, checkpointsFolder } from './checkpoint-finder';
import { recallCheckpoint } from './checkpoint-folder';
import { Checkpointing } from './checkpointing';
import { checkpointingOptions } from './options';
import type { CheckpointingOptions } from './options';

export { Checkpointing } from './checkpointing';
export type { CheckpointingOptions } from './options';

/**
 * Saves the whole run so that it can go on as if it had never stopped, and reads it for `--resume last|best|PATH`.
 * A checkpoint is a folder in `<run>/checkpoints` of `model.safetensors` (PyTorch's names, for any safetensors
 * reader), `optimizer.safetensors`, `state.json` and `manifest.json` (size and SHA-256 of each file). It appears there
 * only when it is whole and on the disk; older ones go only after that. The options follow Lightning's
 * `ModelCheckpoint`.
 *
 * ```ts
 * plugins: [checkpointing({ monitor: 'knn_accuracy', mode: 'max' })]
 * ```
 */
export function checkpointing<const Metric extends string = never>(
  options: CheckpointingOptions<Metric> = {},
): PluginDescriptor<Metric> {
  const provides = [tokens.checkpointReader];
  const descriptor = pluginWithOptions<Metric>(
    Checkpointing,
    'checkpointing',
    checkpointingOptions,
    options,
    provides,
  );
  return {
    ...descriptor,
    recall: async (selector, home) => {
      // Damage is said when the checkpoint is read whole.
      const finder = new CheckpointFinder(
        join(home ?? selector, checkpointsFolder),
        () => undefined,
        options.monitor !== undefined && options.monitor !== null,
        recallCheckpoint,
      );
      const { state, path } = await finder.read(selector);
      return { ...state, path };
    },
  };
}
