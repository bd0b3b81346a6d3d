import nodeCrypto from 'node:crypto';
import * as tf from '@tensorflow/tfjs-core';
import { FulgurError } from '../../errors';

/** A step whose function currently runs in JavaScript. */
interface GuardedStep {
  readonly name: string;
  /** Whether it is traced: then the values that it reads never change. */
  readonly traced: boolean;
  readonly onNotice: (message: string) => void;
}

let guarded: GuardedStep | null = null;

/**
 * Runs a step's function, which must not draw random numbers in JavaScript: an error names the alternative. While it is
 * traced, reading the clock is also noticed, because the step keeps the time of its trace.
 */
export function guardHostValues<T>(step: GuardedStep, run: () => T): T {
  const outer = guarded;
  const restore = outer === null ? install() : () => undefined;
  guarded = step;
  try {
    return run();
  } finally {
    guarded = outer;
    restore();
  }
}

/** Runs a function that may read any value on the host, because it is called again at every step. */
export function withHostAccess<T>(run: () => T): T {
  const outer = guarded;
  guarded = null;
  try {
    return run();
  } finally {
    guarded = outer;
  }
}

const drawing: readonly (readonly [owner: object, ownerName: string, names: readonly string[]])[] = [
  [Math, 'Math', ['random']],
  [globalThis.crypto, 'crypto', ['getRandomValues', 'randomUUID']],
  [nodeCrypto, 'crypto', ['randomBytes', 'randomFillSync', 'randomInt', 'randomUUID', 'getRandomValues']],
];

/** Replaces the host's own functions by ones that look for a guarded step; returns a function that restores them. */
function install(): () => void {
  const restores = drawing.flatMap(([owner, ownerName, names]) =>
    names.map((name) => putInFront(owner, name, () => refuseDraw(`${ownerName}.${name}()`))),
  );
  const { Date: HostDate } = globalThis;
  restores.push(
    putInFront(performance, 'now', () => noticeClock('performance.now()')),
    putInFront(HostDate, 'now', () => noticeClock('Date.now()')),
  );
  globalThis.Date = new Proxy(HostDate, {
    construct: (target, args: unknown[], newTarget) => {
      if (args.length === 0) noticeClock('new Date()');
      return Reflect.construct(target, args, newTarget) as object;
    },
  });
  restores.push(() => {
    globalThis.Date = HostDate;
  });
  return () => {
    for (const restore of restores) restore();
  };
}

function putInFront(owner: object, name: string, look: () => void): () => void {
  const own = Object.getOwnPropertyDescriptor(owner, name);
  const original: unknown = Reflect.get(owner, name);
  if (typeof original !== 'function') return () => undefined;
  const value = function (this: unknown, ...args: unknown[]): unknown {
    look();
    return Reflect.apply(original, this, args);
  };
  const enumerable = own?.enumerable ?? false;
  if (!Reflect.defineProperty(owner, name, { value, enumerable, configurable: true, writable: true })) {
    return () => undefined;
  }
  return () => {
    if (own === undefined) Reflect.deleteProperty(owner, name);
    else Object.defineProperty(owner, name, own);
  };
}

function refuseDraw(call: string): void {
  if (guarded === null) return;
  const { name } = guarded;
  // tfjs names its scopes after its operations.
  const scope = tf.engine().state.activeScope as { readonly name: string } | null | undefined;
  const operation = /^(.+)__op$/.exec(scope?.name ?? '')?.[1];
  if (operation !== undefined) {
    throw new FulgurError('trace', {
      what: `tf.${operation} was called in '${name}' in the version of tfjs, which draws its numbers once, in JavaScript.`,
      why: "It comes from an '@tensorflow/tfjs-core' that was imported before Fulgur.",
      fix: 'Import tf from Fulgur: import { tf } from the index, or import Fulgur first.',
    });
  }
  throw new FulgurError('trace', {
    what: `${call} was called in '${name}'.`,
    why: 'A step is traced once, so the number would be the same at every step.',
    fix: `Draw with tf.randomUniform([]), which differs at every step and is the same on resume, or read the number with stepInput(() => ${call}).`,
  });
}

function noticeClock(call: string): void {
  if (guarded?.traced !== true) return;
  guarded.onNotice(
    `${call} was called while '${guarded.name}' was being traced: the compiled step keeps the time of its trace. If the step uses it in computations, read it with stepInput(() => ${call}).`,
  );
}
