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

/** The plugins of a run; a barebones run is nothing but training. */
export function pluginsOf(run: {
  readonly experiment: ExperimentClass;
  readonly config: ResolvedConfig;
}): readonly AnyPlugin[] {
  return run.config.trainer.barebones ? [] : (experimentDefinition(run.experiment).plugins ?? []);
}

/**
 * Sees to what can be known before anything is started.
 *
 * @throws FulgurError `module` for a class that is no experiment, `config` where the command needs a plugin that is not there.
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
      what: `The experiment '${name}' is a class that extends no TrainingModule.`,
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
      what: `${wanted} was given, and no plugin of '${name}' reads checkpoints.`,
      fix: trainer.barebones
        ? 'Leave out --trainer.barebones, which takes all plugins away.'
        : 'Add checkpointing() to the plugins of the experiment.',
    });
  }
  if (weights === 'averaged' && !provided.includes(tokens.evaluationWeights)) {
    throw new FulgurError('config', {
      what: `'--weights averaged' was given, and no plugin of '${name}' averages weights.`,
      fix: 'Leave it out, or add weightAveraging() to the plugins of the experiment.',
    });
  }
  if (worldSize === 1) return;
  if (!trains) {
    throw new FulgurError('config', {
      what: `'${command}' was started on ${worldSize} ranks.`,
      why: 'Only training is shared among ranks.',
      fix: 'Start it as one process, without --devices.',
    });
  }
  if (!provided.includes(tokens.strategy)) {
    throw new FulgurError('config', {
      what: `'${name}' is to train on ${worldSize} ranks, and no plugin of it says what they exchange.`,
      fix: trainer.barebones
        ? 'Leave out --trainer.barebones, which takes all plugins away.'
        : caller === undefined
          ? 'Add dataParallel() to the plugins of the experiment.'
          : `Train one whose plugins do: ${caller.onRanks()}.`,
    });
  }
}

/** @throws FulgurError `config` where a plugin or the command works on images, and the data are batches of one's own. */
function requireNoImages(batches: string, plugins: readonly AnyPlugin[], command: string | null): void {
  const given = `the experiment's data are batches of its own, ${batches}`;
  if (command !== null) {
    throw new FulgurError('config', {
      what: `'${command}' works on images, and ${given}.`,
      fix: 'Evaluate it by validate, test or predict, or give the experiment a data set of images.',
    });
  }
  const ofImages: readonly symbol[] = [tokens.evaluationData.key, tokens.viewSheets.key];
  // What is no plugin is reported with the other problems of the list.
  const asking = plugins.filter(
    ({ type }) =>
      typeof type === 'function' &&
      injectedTokens(type).some((token) => token !== undefined && ofImages.includes(token.key)),
  );
  const [plugin] = asking;
  if (plugin === undefined) return;
  throw new FulgurError('config', {
    what: `Plugin '${pluginName(plugin)}' works on images, and ${given}.`,
    fix: 'Take it out of the list of plugins, or give the experiment a data set of images.',
  });
}

/** @throws FulgurError `ranks` where ranks were started with different options, versions or data. */
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
