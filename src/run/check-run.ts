import { fulgurVersion } from '../config';
import type { ResolvedConfig } from '../config';
import { jsonText, tokens } from '../contracts';
import type { AnyPlugin, Ranks } from '../contracts';
import type { PreparedData } from '../data';
import { engineInfo } from '../engine';
import { FulgurError } from '../errors';
import { experimentDefinition, injectedTokens, pluginName } from '../metadata';
import type { ExperimentClass } from '../metadata';
import { requireAgreement } from '../strategy';
import { TrainingModule } from '../trainer';
import { commandOf } from './commands';
import type { Caller } from './scope';

/** Returns the plugins of a run; a barebones run has none. */
export function pluginsOf(run: {
  readonly experiment: ExperimentClass;
  readonly config: ResolvedConfig;
}): readonly AnyPlugin[] {
  return run.config.trainer.barebones ? [] : (experimentDefinition(run.experiment).plugins ?? []);
}

/**
 * Checks everything that can be checked before anything is started.
 *
 * @throws FulgurError `module` for a class that is not an experiment, `config` if the command needs a missing plugin.
 */
export function checkRun(
  experiment: ExperimentClass,
  config: ResolvedConfig,
  worldSize: number,
  caller?: Caller,
): void {
  const { name, command, trains, trainer, resume, checkpoint, weights } = config;
  if (!(experiment.prototype instanceof TrainingModule)) {
    throw new FulgurError('module', {
      what: `The class of the experiment '${name}' does not extend TrainingModule.`,
      fix: `Write class ${experiment.name} extends TrainingModule.`,
    });
  }
  const { usesImages } = commandOf(experiment, config);
  if (config.data.batches !== null) {
    requireNoImages(config.data.batches.name, pluginsOf({ experiment, config }), usesImages ? command : null);
  }
  const provided = pluginsOf({ experiment, config }).flatMap(({ provides }) => provides);
  const selector = resume ?? checkpoint;
  if (selector !== null && selector !== 'auto' && !provided.includes(tokens.checkpointReader)) {
    const wanted = trains ? `'--resume ${selector}'` : `The checkpoint '${selector}'`;
    throw new FulgurError('config', {
      what: `${wanted} was given, but no plugin of '${name}' reads checkpoints.`,
      fix: trainer.barebones
        ? 'Leave out --trainer.barebones, which removes all plugins.'
        : 'Add checkpointing() to the plugins of the experiment.',
    });
  }
  if (weights === 'averaged' && !provided.includes(tokens.evaluationWeights)) {
    throw new FulgurError('config', {
      what: `'--weights averaged' was given, but no plugin of '${name}' averages weights.`,
      fix: 'Leave it out, or add weightAveraging() to the plugins of the experiment.',
    });
  }
  if (worldSize === 1) return;
  if (!trains) {
    throw new FulgurError('config', {
      what: `'${command}' was started on ${worldSize} ranks.`,
      why: 'Only training can run on several ranks.',
      fix: 'Start it as one process, without --devices.',
    });
  }
  if (!provided.includes(tokens.strategy)) {
    throw new FulgurError('config', {
      what: `'${name}' was started on ${worldSize} ranks, but none of its plugins defines what they exchange.`,
      fix: trainer.barebones
        ? 'Leave out --trainer.barebones, which removes all plugins.'
        : caller === undefined
          ? 'Add dataParallel() to the plugins of the experiment.'
          : `Train an experiment with such a plugin: ${caller.onRanks()}.`,
    });
  }
}

/** @throws FulgurError `config` if a plugin or the command works on images, but the experiment supplies its own batches. */
function requireNoImages(batches: string, plugins: readonly AnyPlugin[], command: string | null): void {
  const given = `the experiment supplies its own batches, ${batches}`;
  if (command !== null) {
    throw new FulgurError('config', {
      what: `'${command}' works on images, but ${given}.`,
      fix: 'Evaluate it with validate, test or predict, or give the experiment a data set of images.',
    });
  }
  const ofImages: readonly symbol[] = [tokens.evaluationData.key, tokens.viewSheets.key];
  // Entries that are not plugins are reported with the other problems of the list.
  const asking = plugins.filter(
    ({ type }) =>
      typeof type === 'function' &&
      injectedTokens(type).some((token) => token !== undefined && ofImages.includes(token.key)),
  );
  const [plugin] = asking;
  if (plugin === undefined) return;
  throw new FulgurError('config', {
    what: `Plugin '${pluginName(plugin)}' works on images, but ${given}.`,
    fix: 'Remove it from the list of plugins, or give the experiment a data set of images.',
  });
}

/** @throws FulgurError `ranks` if ranks were started with different options, versions or data. */
export async function requireSameRun(
  ranks: Ranks,
  config: ResolvedConfig,
  { info, train }: Pick<PreparedData, 'info' | 'train'>,
): Promise<void> {
  const facts: Record<string, string> = {
    'data set': `${info.name}, ${info.samples} samples`,
    'content of the data set': info.fingerprint,
    'batches in an epoch': String(train.batchesPerEpoch),
    'version of Fulgur': fulgurVersion(),
    'version of TensorFlow': engineInfo().tensorflowVersion,
  };
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      facts[path] = jsonText(value, 0, path);
      return;
    }
    for (const [key, part] of Object.entries(value)) visit(part, path === '' ? key : `${path}.${key}`);
  };
  visit(config.toJson(), '');
  await requireAgreement(ranks, 'run', facts, {
    fix: 'Start all ranks with the same command, code and data.',
  });
}
