import { AsyncLocalStorage } from 'node:async_hooks';
import * as tf from '@tensorflow/tfjs-core';
import type { Trace } from '../backend/trace';
import type { GraphOutput } from '../native/native-library';
import { currentEngine, engineInfo, isStarted } from '../current-engine';
import { dataTypes } from '../native/data-types';
import { RandomStream, ambientSeed, nextFunctionNumber, nextLooseStream, randomPosition } from '../random';
import type { Purpose } from '../random';
import { activeDraws } from './active-draws';
import type { Draws } from './active-draws';

/**
 * The place in training at which a step is run: its draws depend on the seed, on this place, and on their order within
 * the step.
 */
export interface DrawPlace {
  readonly purpose: Purpose;
  /** For example epoch and batch; the second must be below 2^20. */
  readonly position: readonly [first: number, second: number];
  /** The run's seed (default: the one that was set last). */
  readonly seed?: number | undefined;
}

/** Ranks share the second coordinate, each with its own range; the first range is common to all. */
const RANGE = 2 ** 20;

/**
 * The current place, and the calls of each function there: calling another function there does not change the draws of
 * others.
 */
const places = new AsyncLocalStorage<{ readonly place: DrawPlace; readonly calls: Map<string, number> }>();

/** Compiled functions that `run` calls, now or after awaiting, draw for this place. */
export function drawingAt<T>(place: DrawPlace, run: () => T): T {
  return places.run({ place, calls: new Map() }, run);
}

/** The draws of one call of a compiled function. */
export class StepDraws implements Draws {
  count = 0;
  shared = false;

  constructor(
    private readonly place: DrawPlace,
    private readonly call: number,
    private readonly name = '',
  ) {}

  key(shared: boolean): readonly [number, number] {
    const { purpose, position, seed = ambientSeed() } = this.place;
    const range = shared ? 0 : 1 + engineInfo().rank;
    const stream = new RandomStream(seed, purpose, [position[0], position[1] + range * RANGE, this.call]);
    return [stream.word() ^ hash(this.name, 0), stream.word() ^ hash(this.name, 1)];
  }
}

/** Returns a text as an int32 number, by FNV-1a; a different one for each variant. */
function hash(text: string, variant: number): number {
  let value = 0x811c9dc5 + variant;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value | 0;
}

/** Numbers the calls of one compiled function. */
export class FunctionDraws {
  readonly #number: number;
  #position = -1;
  #calls = 0;

  constructor(private readonly name: string) {
    this.#number = nextFunctionNumber(name);
  }

  /**
   * Returns the draws of the next call: for the place that the trainer sets, otherwise for the number of updates and
   * calls so far.
   */
  next(): StepDraws {
    const said = places.getStore();
    if (said !== undefined) {
      const call = said.calls.get(this.name) ?? 0;
      said.calls.set(this.name, call + 1);
      return new StepDraws(said.place, call, this.name);
    }
    const position = randomPosition();
    if (position !== this.#position) this.#calls = 0;
    this.#position = position;
    return new StepDraws({ purpose: 'call', position: [position, this.#number] }, this.#calls++, this.name);
  }
}

/** Draws of which only the order matters: a trace gives them no numbers. */
export function drawsOfTrace(): StepDraws {
  return new StepDraws({ purpose: 'call', position: [0, 0] }, 0);
}

/**
 * Returns the seed of one draw, int32 of shape [2], for TensorFlow's stateless random operations. In a step it differs
 * from call to call, as a function of the run's seed, the place in training, the rank and the order of the draws; a
 * compiled step computes it itself. Outside steps it is a function of the seed and of the draws so far.
 *
 * @example
 * const [noise] = runOp('StatelessRandomNormal', attributes, [shape, drawSeed()], 1);
 */
export function drawSeed(): tf.Tensor1D {
  const draws = activeDraws();
  if (draws === null) {
    const stream = nextLooseStream(isStarted() ? engineInfo().rank : 0);
    return tf.tensor1d([stream.word() | 0, stream.word() | 0], 'int32');
  }
  const index = draws.count++;
  const { trace } = currentEngine().binding;
  if (trace !== null && trace.recorder !== null) {
    throw trace.recorder.refusal(
      'it draws random numbers',
      'Draw only in training: branch on this.training, and keep every module in a public field, so that eval() reaches it.',
    );
  }
  if (trace !== null) {
    return tf.tidy(() => tf.add(tracedKey(trace, draws.shared), tf.tensor1d([0, index], 'int32')));
  }
  const [first, second] = draws.key(draws.shared);
  return tf.tensor1d([first, (second + index) | 0], 'int32');
}

function requireActive(): Draws {
  const draws = activeDraws();
  if (draws === null) throw new Error('A function that draws was called without its draws');
  return draws;
}

/** The keys that a trace takes as inputs: those of the rank and of all ranks, each read once per call. */
const keys = new WeakMap<Trace, Map<boolean, GraphOutput>>();

function tracedKey(trace: Trace, shared: boolean): tf.Tensor1D {
  const { binding, backend } = currentEngine();
  const known = keys.get(trace) ?? new Map<boolean, GraphOutput>();
  keys.set(trace, known);
  let output = known.get(shared);
  if (output === undefined) {
    const half = (index: 0 | 1): tf.Tensor => {
      const input = trace.stepInput(() => requireActive().key(shared)[index], dataTypes.int32);
      return backend.wrap(binding.adoptSymbol(trace, input, { shape: [], dtype: dataTypes.int32 }));
    };
    output = binding.symbolOf(trace, backend.idOf(tf.stack([half(0), half(1)])));
    known.set(shared, output);
  }
  const facts = { shape: [2], dtype: dataTypes.int32 };
  return backend.wrap(binding.adoptSymbol(trace, output, facts)) as tf.Tensor1D;
}
