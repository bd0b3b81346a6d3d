import type { ResolvedConfig } from '../config';
import type { RunSettings } from '../contracts';
import { FulgurError, messageOf } from '../errors';
import { constructExperiment } from '../metadata';
import type { TrainingModule } from '../trainer';
import type { RunRequest } from './scope';

/** @throws FulgurError `module` for an experiment that cannot be built. */
export function buildModule(
  experiment: RunRequest['experiment'],
  { name, hyperparameters }: ResolvedConfig,
): TrainingModule<unknown> {
  try {
    return constructExperiment(experiment, hyperparameters);
  } catch (error) {
    if (error instanceof FulgurError) throw error;
    throw new FulgurError('module', {
      what: `The experiment '${name}' could not be built: ${messageOf(error)}.`,
      fix: `Correct the fields and the constructor of ${experiment.name}.`,
      cause: error,
    });
  }
}

/** Returns what plugins are told about a run. */
export function settingsOf({
  name,
  seed,
  resume,
  hyperparameters,
  trainer,
  toJson,
}: ResolvedConfig): RunSettings {
  return {
    experiment: name,
    seed,
    hyperparameters,
    resume,
    config: toJson(),
    enableProgressBar: trainer.enableProgressBar,
    enableCheckpointing: trainer.enableCheckpointing && trainer.fastDevRun === false,
    logEveryNSteps: trainer.logEveryNSteps,
  };
}
