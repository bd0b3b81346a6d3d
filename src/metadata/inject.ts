import 'reflect-metadata';
import { inject as injectKey } from 'inversify';
import type { Token } from '../contracts';

const key = Symbol('fulgur:injections');

type Constructor = new (...services: never[]) => object;

/**
 * Requests a service from the container, in a plugin's constructor.
 *
 * @example
 * constructor(@inject(tokens.runFolder) private readonly folder: PluginFolder) {}
 */
export function inject(token: Token<unknown>): ParameterDecorator {
  return (target, property, index) => {
    const own = Reflect.getOwnMetadata(key, target) as Map<number, Token<unknown>> | undefined;
    Reflect.defineMetadata(key, new Map([...(own ?? []), [index, token]]), target);
    injectKey(token.key)(target, property, index);
  };
}

/**
 * Returns the services that a class's constructor requests, by parameter; `undefined` for a parameter without
 * `@inject`.
 */
export function injectedTokens(type: Constructor): (Token<unknown> | undefined)[] {
  if (inheritsInjections(type)) return injectedTokens(Object.getPrototypeOf(type) as Constructor);
  const own = ownTokens(type);
  const types = (Reflect.getOwnMetadata('design:paramtypes', type) ?? []) as unknown[];
  // A parameter with a default counts neither in `length` nor, if the compiler emits no types, among these.
  const injected = Math.max(0, ...[...own.keys()].map((index) => index + 1));
  return Array.from({ length: Math.max(type.length, types.length, injected) }, (_, index) => own.get(index));
}

/** Whether a class inherits the constructor, and therefore the injections, of its base class. */
export function inheritsInjections(type: Constructor): boolean {
  const parent = Object.getPrototypeOf(type) as object;
  // A constructor without parameters of its own counts as inherited: the arguments of its parent do not affect it.
  return parent !== Function.prototype && type.length === 0 && ownTokens(type).size === 0;
}

function ownTokens(type: Constructor): ReadonlyMap<number, Token<unknown>> {
  return (Reflect.getOwnMetadata(key, type) ?? new Map()) as Map<number, Token<unknown>>;
}
