import { tokens } from '../contracts';
import type { Token } from '../contracts';

/** What the run's own rooms bind for plugins; the rest comes from plugins. */
export const coreServices: readonly Token<unknown>[] = [
  tokens.pluginOptions,
  tokens.events,
  tokens.notify,
  tokens.runFolder,
  tokens.settings,
  tokens.model,
  tokens.runState,
  tokens.evaluationData,
];

/** Plugins of this package that provide what others may ask for, for errors that say what to add. */
export const wellKnownProviders: ReadonlyMap<symbol, string> = new Map([
  [tokens.checkpointReader.key, 'checkpointing()'],
]);
