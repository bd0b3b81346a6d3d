import { token } from '../contracts';
import type { BuiltPlugin, Trainer } from '../trainer';

/** Services between the container's own modules. */
export const internalTokens = {
  plugins: token<readonly BuiltPlugin[]>('built plugins'),
  trainer: token<Trainer>('trainer'),
} as const;
