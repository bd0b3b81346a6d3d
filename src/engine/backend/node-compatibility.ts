import util from 'node:util';

/**
 * Restores two functions that Node 23 removed from `util` and that tfjs-node's kernels still call. It must run before
 * they are loaded.
 */
export function restoreRemovedUtilities(): void {
  const target = util as unknown as Record<string, unknown>;
  target['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  target['isArray'] ??= Array.isArray;
}
