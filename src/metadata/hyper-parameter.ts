import 'reflect-metadata';
import { FulgurError } from '../errors';
import { neededCompilerOptions, requireTypeScriptForm } from './decorator-form';
import type { ExperimentClass } from './experiment';

/** A value that a hyperparameter can have. */
export type HyperParameterValue = number | string | boolean;

/** The allowed values of a hyperparameter; its type is that of its default. */
export interface HyperParameterRules {
  readonly min?: number;
  readonly max?: number;
  readonly integer?: boolean;
  readonly choices?: readonly HyperParameterValue[];
  /** One line for `--help`. */
  readonly description?: string;
}

export interface HyperParameterDefinition extends HyperParameterRules {
  readonly name: string;
}

const key = Symbol('fulgur:hyperparameters');

/** Called for each assignment while an experiment is built: returns the value of the field. */
type Initialise = (name: string, value: HyperParameterValue, instance: object) => HyperParameterValue;

/** Passes assignments on unchanged, outside `constructExperiment`. */
const keep: Initialise = (_, value) => value;
let initialise: Initialise = keep;

/**
 * Makes a field an option of the experiment: its initialiser is the default, and `--<field>` on the command line sets
 * it before the initialisers of later fields run, so that these can use it.
 *
 * @example
 * @HyperParameter({ min: 0 }) lr = 0.06;
 */
export function HyperParameter(
  rules: HyperParameterRules = {},
): <Name extends string>(prototype: Readonly<Record<Name, HyperParameterValue>>, property: Name) => void {
  return (...args) => {
    requireTypeScriptForm('@HyperParameter', args);
    const [prototype, name] = args;
    const own = (Reflect.getOwnMetadata(key, prototype) ?? []) as HyperParameterDefinition[];
    Reflect.defineMetadata(key, [...own, { name, ...rules }], prototype);
    const values = new WeakMap<object, HyperParameterValue>();
    // The field's initialiser assigns; an accessor on the prototype intercepts the assignment.
    Object.defineProperty(prototype, name, {
      configurable: true,
      enumerable: true,
      get(this: object) {
        return values.get(this);
      },
      set(this: object, value: HyperParameterValue) {
        values.set(this, initialise(name, value, this));
      },
    });
  };
}

/** Returns the hyperparameters of a class and of its base classes, base first; a redeclared one has its last rules. */
export function hyperParameters(experiment: ExperimentClass): HyperParameterDefinition[] {
  const declared = declarations(experiment.prototype as object);
  return [...new Map(declared.map((definition) => [definition.name, definition])).values()];
}

/** Returns every declaration along a chain of prototypes, in the order in which the initialisers run. */
function declarations(prototype: object | null): HyperParameterDefinition[] {
  if (prototype === null) return [];
  const own = (Reflect.getOwnMetadata(key, prototype) ?? []) as HyperParameterDefinition[];
  return [...declarations(Object.getPrototypeOf(prototype) as object | null), ...own];
}

/**
 * Builds an experiment with the given values instead of its hyperparameters' defaults: all its fields see them,
 * including those of a parent whose default a subclass overrides.
 *
 * @throws FulgurError `config` for a default that `hyperParameterDefaults` could not read.
 */
export function constructExperiment<T extends object>(
  experiment: ExperimentClass<T>,
  values: Readonly<Record<string, HyperParameterValue>>,
): T {
  const assigned: Assignments = new Map();
  const instance = withInitialiser(
    (name, value, target) => {
      // Another experiment may be in a field of this one, and has its own hyperparameters.
      if (Object.getPrototypeOf(target) !== experiment.prototype) return value;
      count(assigned, name);
      return values[name] ?? value;
    },
    () => new experiment(),
  );
  const seen = readDefaults(experiment).assigned;
  for (const { name } of hyperParameters(experiment)) {
    // Compilers that define fields instead of assigning them bypass the accessor: later fields saw the field's own
    // value.
    const own = Object.getOwnPropertyDescriptor(instance, name)?.value as HyperParameterValue | undefined;
    const isDefined = own !== undefined && own !== (values[name] ?? own);
    if (isDefined || (assigned.get(name) ?? 0) > (seen.get(name) ?? 0))
      throw unreadableDefaults(experiment, [name]);
  }
  return instance;
}

/** The number of assignments of each hyperparameter. */
type Assignments = Map<string, number>;

function count(assigned: Assignments, name: string): void {
  assigned.set(name, (assigned.get(name) ?? 0) + 1);
}

/** Ends a construction that was started only to read defaults. */
class DefaultsRead extends Error {}

/**
 * Returns the defaults of a class's hyperparameters, in the order of declaration; that of a subclass wins, whether or
 * not it repeats the decorator. Each class's constructor is run on its own, without its parents': no module is built
 * and no engine is needed, if hyperparameters are declared above modules.
 *
 * @throws FulgurError `config` if a hyperparameter is declared below a field that cannot be built yet
 */
export function hyperParameterDefaults(experiment: ExperimentClass): Record<string, HyperParameterValue> {
  return { ...readDefaults(experiment).defaults };
}

/** Whether a class's initialisers run only to read the values of hyperparameters; nothing lasting may be created. */
export function isReadingDefaults(): boolean {
  return readingDefaults;
}

let readingDefaults = false;

interface Defaults {
  readonly defaults: Record<string, HyperParameterValue>;
  readonly assigned: Assignments;
}

// Read once, because initialisers may have effects.
const known = new WeakMap<ExperimentClass, Defaults>();

function readDefaults(experiment: ExperimentClass): Defaults {
  const before = known.get(experiment);
  if (before !== undefined) return before;
  const read: Defaults = { defaults: {}, assigned: new Map() };
  for (const type of classChain(experiment)) readOwnDefaults(type, experiment, read);
  known.set(experiment, read);
  return read;
}

/** Returns a class and its base classes, base first. */
function classChain(type: ExperimentClass): ExperimentClass[] {
  const parent = Object.getPrototypeOf(type) as ExperimentClass;
  return parent.prototype === undefined ? [type] : [...classChain(parent), type];
}

/**
 * Adds the values that a class's own initialisers and constructor give to hyperparameters, its own and inherited ones.
 */
function readOwnDefaults(type: ExperimentClass, experiment: ExperimentClass, read: Defaults): void {
  const { defaults, assigned } = read;
  const own = (Reflect.getOwnMetadata(key, type.prototype as object) ?? []) as HyperParameterDefinition[];
  const inherited = Object.keys(defaults);
  if (own.length === 0 && inherited.length === 0) return;
  const missing = new Set(own.map(({ name }) => name));
  const record: Initialise = (name, value, target) => {
    if (Object.getPrototypeOf(target) !== experiment.prototype) return value;
    defaults[name] = value;
    count(assigned, name);
    missing.delete(name);
    // Without a parent nothing below can override anything, so the rest need not run.
    if (missing.size === 0 && inherited.length === 0) throw new DefaultsRead();
    return value;
  };
  let cause: unknown;
  const blank = withoutParent(type, { ...defaults }, () => {
    try {
      withInitialiser(record, () => void Reflect.construct(type, [], experiment));
    } catch (error) {
      cause = error;
    }
  });
  // Fields that are defined, and not assigned, exist only on the object.
  for (const name of inherited) {
    const defined = Object.getOwnPropertyDescriptor(blank.instance ?? {}, name);
    if (defined !== undefined) defaults[name] = defined.value as HyperParameterValue;
  }
  if (missing.size === 0) return;
  const bypassed = [...missing].filter((name) => Object.hasOwn(blank.instance ?? {}, name));
  throw bypassed.length > 0
    ? bypassedOptions(experiment, bypassed)
    : unreadableDefaults(experiment, [...missing], cause);
}

/**
 * Runs `build` while a class extends an empty one that has only the hyperparameters so far. `super()` looks up its
 * parent when it is called, so this runs only a class's own initialisers: those of its parents may need the engine.
 * @returns the object that was started.
 */
function withoutParent(
  type: ExperimentClass,
  inherited: Readonly<Record<string, HyperParameterValue>>,
  build: () => void,
): { readonly instance: object | null } {
  const parent = Object.getPrototypeOf(type) as object;
  const begun: { instance: object | null } = { instance: null };
  class Blank {
    constructor() {
      begun.instance = this;
      withInitialiser(keep, () => Object.assign(this, inherited));
    }
  }
  const before = readingDefaults;
  readingDefaults = true;
  if (parent !== Function.prototype) Object.setPrototypeOf(type, Blank);
  try {
    build();
  } finally {
    readingDefaults = before;
    Object.setPrototypeOf(type, parent);
  }
  return begun;
}

function withInitialiser<T>(action: Initialise, build: () => T): T {
  const before = initialise;
  initialise = action;
  try {
    return build();
  } finally {
    initialise = before;
  }
}

/** Returns the error for fields that the compiler defines instead of assigning, which no option could set. */
function bypassedOptions(experiment: ExperimentClass, names: readonly string[]): FulgurError {
  return new FulgurError('config', {
    what: `No option can set '${names.join("', '")}' of '${experiment.name}': the compiler defines such fields instead of assigning them.`,
    why: 'The compiler option useDefineForClassFields is on, which is the default from the target ES2022 on.',
    fix: neededCompilerOptions,
  });
}

function unreadableDefaults(
  experiment: ExperimentClass,
  names: readonly string[],
  cause?: unknown,
): FulgurError {
  return new FulgurError('config', {
    what: `The default of the hyperparameter '${names.join("', '")}' of '${experiment.name}' cannot be read.`,
    why: 'Its field has no initialiser, or is declared below a field that needs the engine, or the compiler option useDefineForClassFields is not false.',
    fix: "Give it a default, declare it above the experiment's modules, and set useDefineForClassFields to false in tsconfig.json.",
    cause,
  });
}
