import * as tf from '@tensorflow/tfjs-core';
import { hasChanged, isTracing, notingReads } from '../../engine';
import type { FieldRead, Watched } from '../../engine';
import type { Module } from '../../nn';

/** An object other than the module whose fields a step may read, such as a plugin, with its name in messages. */
export type Bystanders = ReadonlyMap<object, string>;

/**
 * Notices changes that a compiled step does not see: of fields of the module that its trace read, of modes of modules,
 * and of frozen parameters. Each change is reported once. A step that runs operation by operation sees them all.
 */
export class FrozenFields {
  #reads: FieldRead[] = [];
  /** The changes that have been reported. */
  readonly #told: FieldRead[] = [];

  constructor(
    private readonly step: string,
    private readonly module: Module,
    private readonly warn: (message: string) => void,
    private readonly bystanders: Bystanders = new Map(),
  ) {}

  /** Runs the step's function, and records what a trace of it reads. */
  noting<T>(run: () => T): T {
    if (!isTracing()) return run();
    const { result, noted } = notingReads(this.#watched(), run);
    for (const read of noted.counted.filter((each) => !isAmong(this.#told, each))) {
      this.#told.push(read);
      this.warn(this.#countedInStep(read));
    }
    // The first of several traces determines what a field contained.
    const known = [...this.#reads, ...this.#told];
    this.#reads.push(...noted.reads.filter((read) => !isAmong(known, read)));
    return result;
  }

  /** Reports what has changed since; it is cheap, and must be called before each call of the step. */
  check(): void {
    const changed = this.#reads.filter(hasChanged);
    if (changed.length === 0) return;
    this.#told.push(...changed);
    this.#reads = this.#reads.filter((read) => !changed.includes(read));
    const of = (field: string, kind: (owner: object) => boolean): FieldRead[] =>
      changed.filter((read) => read.field === field && kind(read.owner));
    const modes = of(
      'training',
      (owner) => !(owner instanceof tf.Variable) && !Object.hasOwn(owner, 'training'),
    );
    const frozen = of('trainable', (owner) => owner instanceof tf.Variable);
    if (modes.length > 0) this.warn(this.#modeChanged(modes));
    if (frozen.length > 0) this.warn(this.#trainableChanged(frozen));
    for (const read of changed) {
      if (!modes.includes(read) && !frozen.includes(read)) this.warn(this.#fieldChanged(read));
    }
  }

  #watched(): Watched {
    const owners = [...this.module.modules(), ...this.bystanders.keys()];
    return new Map<object, 'all' | readonly string[]>([
      ...owners.map((owner) => [owner, 'all'] as const),
      ...[...this.module.parameters()].map((parameter) => [parameter, ['trainable']] as const),
    ]);
  }

  #fieldChanged({ owner, field, root, path, value }: FieldRead): string {
    const now: unknown = Reflect.get(owner, field);
    const name = `The field '${path}' of ${this.#nameOf(root)}`;
    if (isPlain(value) && isPlain(now)) {
      return (
        `${name} was ${shown(value)} when the ${this.step} was traced and is ${shown(now)} now. ` +
        `The compiled step still uses ${shown(value)}. ` +
        `Read it with stepInput(() => this.${path}), which is read again at every step.`
      );
    }
    return (
      `${name} contains something else than when the ${this.step} was traced. The compiled step still uses the old contents. ` +
      'Keep values that change in an nn.buffer(...) and assign to it, or read a number with stepInput(() => ...).'
    );
  }

  #countedInStep({ root, path }: FieldRead): string {
    return (
      `The ${this.step} changes the field '${path}' of ${this.#nameOf(root)}. That happens only once, while it is traced, and not at every step. ` +
      'Change it in a host hook such as onTrainBatchEnd, or in afterStep(() => ...).'
    );
  }

  #modeChanged(reads: readonly FieldRead[]): string {
    const mode = reads[0]?.value === true ? 'training' : 'evaluation';
    return (
      `The mode of ${listed(
        reads.map(({ owner }) => this.#nameOf(owner)),
        'of ',
      )} was changed after the ${this.step} was traced. ` +
      `The compiled step still runs it in ${mode} mode. Choose it before the first batch, in setup() for example.`
    );
  }

  #trainableChanged(reads: readonly FieldRead[]): string {
    const names = new Map<object, string>(
      [...this.module.namedParameters()].map(([name, parameter]) => [parameter, name]),
    );
    const verb = reads[0]?.value === true ? 'frozen' : 'unfrozen';
    return (
      `${listed(reads.map(({ owner }) => `the parameter '${names.get(owner) ?? ''}'`))} was ${verb} after the ${this.step} was traced. ` +
      `The compiled step ${verb === 'frozen' ? 'still trains it' : 'still does not train it'}. ` +
      'Do it before the first batch, for example in setup(): a resumed run traces again.'
    ).replace(/^the/, 'The');
  }

  #nameOf(owner: object): string {
    const bystander = this.bystanders.get(owner);
    if (bystander !== undefined) return bystander;
    for (const [name, module] of this.module.namedModules()) {
      if (module === owner)
        return name === '' ? owner.constructor.name : `${owner.constructor.name} '${name}'`;
    }
    return owner.constructor.name;
  }
}

function isAmong(reads: readonly FieldRead[], { owner, field }: FieldRead): boolean {
  return reads.some((read) => read.owner === owner && read.field === field);
}

/** Returns the first of several, and the number of the others. */
function listed([first = '', ...more]: readonly string[], preposition = ''): string {
  return more.length === 0 ? first : `${first} (and ${preposition}${more.length} more)`;
}

function isPlain(value: unknown): boolean {
  return value === null || ['number', 'string', 'boolean', 'undefined'].includes(typeof value);
}

/** JSON would show NaN and infinite numbers as null. */
function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
