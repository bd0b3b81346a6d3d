import { tokens } from '../contracts';
import type { Token } from '../contracts';

/** Plugins of this package that provide what others may ask for, for errors that say what to add. */
export const wellKnownProviders: ReadonlyMap<symbol, string> = new Map([
  [tokens.checkpointReader.key, 'checkpointing()'],
]);

/** What the run's own rooms bind for plugins: everything but what plugins provide. */
export const coreServices: readonly Token<unknown>[] = Object.values(tokens).filter(
  ({ key }) => !wellKnownProviders.has(key),
);
