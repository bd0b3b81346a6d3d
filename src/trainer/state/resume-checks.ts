import { jsonText } from '../../contracts';
import type { Json, Notify, ResumeFrom, RunSettings } from '../../contracts';
import { FulgurError } from '../../errors';
import type { BuiltPlugin } from '../hooks/participants';
import type { FitBounds } from '../run-plan';
import { changedWorldSize, nameOfCheckpoint } from './rank-states';

/**
 * Checks that a state belongs to this run, before anything is changed.
 * @throws FulgurError `checkpoint`, naming the difference.
 */
export function checkResume(from: ResumeFrom, settings: RunSettings, bounds: FitBounds): void {
  const { state } = from;
  const { epoch, nextBatch, globalStep } = state.progress;
  const { batchesPerEpoch, maxEpochs, maxSteps } = bounds;
  const checkpoint = nameOfCheckpoint(from.path);
  if (state.experiment !== settings.experiment) {
    throw new FulgurError('checkpoint', {
      what: `${checkpoint} is of experiment '${state.experiment}', but this is '${settings.experiment}'.`,
      fix: `Resume from a checkpoint of '${settings.experiment}'.`,
    });
  }
  if (state.seed !== settings.seed) {
    throw new FulgurError('checkpoint', {
      what: `${checkpoint} was trained with seed ${state.seed}, but this run has seed ${settings.seed}.`,
      why: 'Its batches and views would not continue where they stopped.',
      fix: `Set the seed to ${state.seed}.`,
    });
  }
  if (maxEpochs !== null && (epoch > maxEpochs || (epoch === maxEpochs && nextBatch > 0))) {
    throw new FulgurError('checkpoint', {
      what: `${checkpoint} is at epoch ${epoch}, beyond trainer.maxEpochs ${maxEpochs}.`,
      why: 'maxEpochs counts all epochs, not further ones.',
      fix: `Set trainer.maxEpochs to more than ${epoch}.`,
    });
  }
  if (maxSteps !== null && globalStep > maxSteps) {
    throw new FulgurError('checkpoint', {
      what: `${checkpoint} is at step ${globalStep}, beyond trainer.maxSteps ${maxSteps}.`,
      why: 'maxSteps counts all steps, not further ones.',
      fix: `Set trainer.maxSteps to more than ${globalStep}.`,
    });
  }
  if (nextBatch > batchesPerEpoch) {
    throw new FulgurError('checkpoint', {
      what: `${checkpoint} was written after batch ${nextBatch} of its epoch, but an epoch now has ${batchesPerEpoch}.`,
      fix: 'Use the batch size, the data and the limitTrainBatches of the original run.',
    });
  }
}

/** Reports where a run resumes, and what has changed since. */
export function sayResumed(from: ResumeFrom, settings: RunSettings, worldSize: number, notify: Notify): void {
  const { epoch, nextBatch, globalStep } = from.state.progress;
  const changes = [changedHyperparameters(from, settings), changedWorldSize(from.state, worldSize)];
  for (const changed of changes) if (changed !== null) notify('warning', changed);
  if (from.path === null) return;
  notify('info', `Resumed from ${from.path}: epoch ${epoch}, batch ${nextBatch}, step ${globalStep}.`);
}

/** Reports the plugins that have a state but none in the checkpoint. */
export function sayNewcomers({ state }: ResumeFrom, plugins: readonly BuiltPlugin[], notify: Notify): void {
  for (const { name, hooks } of plugins) {
    if (hooks.pluginState === undefined || Object.hasOwn(state.plugins, name)) continue;
    notify('info', `Plugin '${name}' starts from scratch: the checkpoint contains no state of it.`);
  }
}

/** Returns the hyperparameters that differ from the checkpoint's, as one sentence; `null` if there are none. */
function changedHyperparameters({ state }: ResumeFrom, settings: RunSettings): string | null {
  const before = state.hyperparameters;
  const now = settings.hyperparameters;
  const changed = [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((name) => show(before[name]) !== show(now[name]))
    .map((name) => `${name} (${show(before[name])} before, ${show(now[name])} now)`);
  return changed.length === 0 ? null : `Hyperparameters differ from the checkpoint's: ${changed.join(', ')}.`;
}

function show(value: Json | undefined): string {
  return value === undefined ? 'absent' : jsonText(value);
}
