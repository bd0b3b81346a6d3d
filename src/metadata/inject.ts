import 'reflect-metadata';
import { inject as injectKey } from 'inversify';
import type { Token } from '../contracts';

/**
 * Asks the container for a service, in a plugin's constructor.
 *
 * @example
 * constructor(@inject(tokens.runFolder) private readonly folder: RunFolder) {}
 */
export function inject(token: Token<unknown>): ParameterDecorator {
  return (target, property, index) => injectKey(token.key)(target, property, index);
}
