import * as tf from '@tensorflow/tfjs-core';
import { FulgurError } from '../../errors';
import { dataTypeNumber } from '../native/data-types';
import { currentEngine, isStarted } from '../current-engine';
import { withHostAccess } from '../draws/host-values';
import { withoutDraws } from '../draws/active-draws';
import { freeAbandonedTape } from './abandoned-tape';

/** The actions that an eager call collects for its end; `null` outside calls. */
let eagerActions: (() => void)[] | null = null;

/** Whether operations are currently added to a graph instead of running. */
export function isTracing(): boolean {
  return isStarted() && currentEngine().binding.trace !== null;
}

/** Whether a compiled function's JavaScript is currently running, traced or operation by operation. */
export function isInStep(): boolean {
  return eagerActions !== null || isTracing();
}

/**
 * Returns a scalar whose value may differ from step to step: a learning rate, a step count, a seed. In a compiled
 * function it becomes an input and `read` is called before every call; elsewhere `read` is called at once.
 */
export function stepInput(read: () => number, dtype: 'float32' | 'int32' = 'float32'): tf.Scalar {
  const { binding, backend } = currentEngine();
  const readOnHost = (): number => withHostAccess(() => withoutDraws(read));
  if (binding.trace === null) return tf.scalar(readOnHost(), dtype);
  const dataType = dataTypeNumber(dtype);
  const output = binding.trace.stepInput(readOnHost, dataType);
  const metadata = binding.adoptSymbol(binding.trace, output, { shape: [], dtype: dataType });
  return backend.wrap(metadata) as tf.Scalar;
}

/**
 * Registers an action on the JavaScript side that runs after every successful call of the current function.
 * @throws FulgurError `trace` outside a compiled function
 */
export function afterStep(action: () => void): void {
  const trace = isStarted() ? currentEngine().binding.trace : null;
  const actions = trace === null ? eagerActions : trace.actions;
  if (actions === null) {
    throw new FulgurError('trace', {
      what: 'afterStep() was called outside a compiled function.',
      fix: 'Wrap the step in compile(), with { eager: true } if it is to run operation by operation.',
    });
  }
  actions.push(action);
}

/** Runs a function operation by operation, then the actions that it registered. */
export function runEagerly<T>(run: () => T, finish: (result: T) => void): void {
  const outer = eagerActions;
  const actions: (() => void)[] = [];
  eagerActions = actions;
  try {
    finish(run());
  } catch (error) {
    freeAbandonedTape();
    throw error;
  } finally {
    eagerActions = outer;
  }
  for (const action of actions) action();
}
