import { FulgurError } from '../errors';
import type { GraphNode } from '../graph';

/**
 * The error for an operation that a format does not support.
 *
 * @param format such as `ONNX`.
 * @param detail what makes this operation unsupported, if others of its kind can be written.
 */
export function missingOperation(
  node: Pick<GraphNode, 'op' | 'module'>,
  format: string,
  detail?: string,
): FulgurError {
  const place = node.module === '' ? "the experiment's embed" : `the module '${node.module}'`;
  return new FulgurError('module', {
    what: `The operation ${node.op} of ${place} has no counterpart in ${format}.`,
    why: detail,
    fix: 'Write this module with other operations, or export to another format.',
  });
}
