import { numbers, requireNumbers } from '../errors';

/**
 * Checks widths, kernel sizes and other whole numbers of a layer before tensors of that shape are made.
 * @param owner the layer's class.
 * @param sizes the numbers by name.
 * @throws FulgurError `module` for the first one that is not a whole number of 1 or more.
 */
export function requireSizes(owner: string, sizes: Readonly<Record<string, unknown>>): void {
  requireNumbers(owner, sizes, numbers.count, { kind: 'module' });
}
