import type { TracedCall } from '../../src';
import { byFunction } from './function-times';
import type { FunctionTimes } from './function-times';
import { tableText } from './table-text';

/** What of a trace is to be read. */
export interface OperationTable {
  /** `'training step', one call of 512.3 ms` */
  readonly title: string;
  /** TensorFlow's operations by kind, the longest first. */
  readonly text: string;
}

/**
 * A table for each function of a trace: TensorFlow's operations by kind, the longest first, with their share of all.
 *
 * @param rows of each table; what is left out is counted.
 */
export function operationTables(traced: readonly TracedCall[], rows: number): OperationTable[] {
  return byFunction(traced).map((times) => ({
    title: titleOf(times),
    text: tableText('operation', times.types, times.operationSeconds, rows),
  }));
}

function titleOf({ name, calls, seconds }: FunctionTimes): string {
  const many = calls === 1 ? 'one call' : `${calls} calls`;
  return `'${name}', ${many} of ${((1000 * seconds) / calls).toFixed(1)} ms`;
}
