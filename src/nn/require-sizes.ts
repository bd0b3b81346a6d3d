import { numbers, requireNumbers } from '../errors';

/**
 * Checks widths, kernels and other whole numbers that a layer is made of, before tensors of such a shape are.
 *
 * @param owner the layer's class.
 * @param sizes by name.
 * @throws FulgurError `module` for the first that is no whole number of 1 or more.
 */
export function requireSizes(owner: string, sizes: Readonly<Record<string, unknown>>): void {
  requireNumbers(owner, sizes, numbers.count, { kind: 'module' });
}
