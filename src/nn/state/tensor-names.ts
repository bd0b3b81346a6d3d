import { FulgurError } from '../../errors';

/** The format's own key, and names that would reach an object's prototype in careless code that reads the file. */
const reserved = new Set(['__metadata__', '__proto__', 'prototype', 'constructor']);

/** Whether a name is forbidden for tensors of a file and members of a module. */
export function isReservedName(name: string): boolean {
  return reserved.has(name);
}

/** Whether UTF-8 can represent a text: it contains no unpaired surrogates. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/**
 * Checks that a safetensors file can contain a tensor of this name.
 *
 * @throws FulgurError `state` for a name with which a file of tensors could be written but not read.
 */
export function requireTensorName(name: string): void {
  if (!isReservedName(name) && isWellFormed(name)) return;
  throw new FulgurError('state', {
    what: `A tensor has the name '${name}'.`,
    why: 'A safetensors file with this name could not be read.',
    fix: 'Rename it.',
  });
}
