import type { Container, ResolutionContext } from 'inversify';
import type { Token } from '../contracts';

/** A token's service, under the token's type. */
export function resolve<T>(source: Container | ResolutionContext, { key }: Token<T>): T {
  return source.get<T>(key);
}
