import 'reflect-metadata';
import { FulgurError } from '../errors';
import type { ExperimentClass } from './experiment';

export type HyperParameterValue = number | string | boolean;

/** What values a hyperparameter may take; its type is that of its default. */
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

/** Called for each assignment while an experiment is built: gives the value that the field gets. */
type Initialise = (name: string, value: HyperParameterValue) => HyperParameterValue;

/** Passes assignments on as they are, outside of `constructExperiment`. */
const keep: Initialise = (_, value) => value;
let initialise: Initialise = keep;

/**
 * Makes a field an option of the experiment: its initialiser is the default, and `--<field>` on the command line sets
 * it before the initialisers of later fields run, so these can use it.
 *
 * @example
 * @HyperParameter({ min: 0 }) lr = 0.06;
 */
export function HyperParameter(
  rules: HyperParameterRules = {},
): <Name extends string>(prototype: Readonly<Record<Name, HyperParameterValue>>, property: Name) => void {
  return (prototype, name) => {
    const own = (Reflect.getOwnMetadata(key, prototype) ?? []) as HyperParameterDefinition[];
    Reflect.defineMetadata(key, [...own, { name, ...rules }], prototype);
    const values = new WeakMap<object, HyperParameterValue>();
    // The field's initialiser assigns; an accessor on the prototype is where the assignment can be met.
    Object.defineProperty(prototype, name, {
      configurable: true,
      enumerable: true,
      get(this: object) {
        return values.get(this);
      },
      set(this: object, value: HyperParameterValue) {
        values.set(this, initialise(name, value));
      },
    });
  };
}

/** The hyperparameters of a class and of those it extends, base first; a redeclared one has its last rules. */
export function hyperParameters(experiment: ExperimentClass): HyperParameterDefinition[] {
  const declared = declarations(experiment.prototype as object);
  return [...new Map(declared.map((definition) => [definition.name, definition])).values()];
}

/** Every declaration along a chain of prototypes, in the order in which the initialisers run. */
function declarations(prototype: object | null): HyperParameterDefinition[] {
  if (prototype === null) return [];
  const own = (Reflect.getOwnMetadata(key, prototype) ?? []) as HyperParameterDefinition[];
  return [...declarations(Object.getPrototypeOf(prototype) as object | null), ...own];
}

/** Builds an experiment with values in the places of its hyperparameters' defaults. */
export function constructExperiment<T extends object>(
  experiment: ExperimentClass<T>,
  values: Readonly<Record<string, HyperParameterValue>>,
): T {
  const instance = withInitialiser(
    (name, value) => values[name] ?? value,
    () => new experiment(),
  );
  for (const { name } of hyperParameters(experiment)) {
    // Compilers that define fields instead of assigning them bypass the accessor.
    if (Object.hasOwn(instance, name) && name in values) Object.assign(instance, { [name]: values[name] });
  }
  return instance;
}

/** Ends a construction that was only begun to read defaults. */
class DefaultsRead extends Error {}

/**
 * The defaults of a class's hyperparameters, in the order of declaration. Of each class's constructor only the field
 * initialisers up to its last hyperparameter are run, and no parent's: no module is built, no engine is needed, as long
 * as hyperparameters stand above modules.
 *
 * @throws FulgurError `config` when a hyperparameter stands below a field that cannot be built yet
 */
export function hyperParameterDefaults(experiment: ExperimentClass): Record<string, HyperParameterValue> {
  return classChain(experiment).reduce(
    (defaults, type) => ({ ...defaults, ...ownDefaults(type, experiment, defaults) }),
    {},
  );
}

/** A class and those it extends, base first. */
function classChain(type: ExperimentClass): ExperimentClass[] {
  const parent = Object.getPrototypeOf(type) as ExperimentClass;
  return parent.prototype === undefined ? [type] : [...classChain(parent), type];
}

function ownDefaults(
  type: ExperimentClass,
  experiment: ExperimentClass,
  inherited: Readonly<Record<string, HyperParameterValue>>,
): Record<string, HyperParameterValue> {
  const own = (Reflect.getOwnMetadata(key, type.prototype as object) ?? []) as HyperParameterDefinition[];
  const expected = new Set(own.map(({ name }) => name));
  const defaults: Record<string, HyperParameterValue> = {};
  if (expected.size === 0) return defaults;
  const record: Initialise = (name, value) => {
    defaults[name] = value;
    expected.delete(name);
    if (expected.size === 0) throw new DefaultsRead();
    return value;
  };
  try {
    withoutParent(type, inherited, () =>
      withInitialiser(record, () => void Reflect.construct(type, [], experiment)),
    );
  } catch (cause) {
    if (cause instanceof DefaultsRead) return defaults;
    throw unreadableDefaults(experiment, [...expected], cause);
  }
  throw unreadableDefaults(experiment, [...expected], undefined);
}

/**
 * Runs `build` while a class extends a blank one that only knows the hyperparameters so far. `super()` looks its parent
 * up when it is called, so this runs a class's own initialisers alone: those of its parents may need the engine.
 */
function withoutParent(
  type: ExperimentClass,
  inherited: Readonly<Record<string, HyperParameterValue>>,
  build: () => void,
): void {
  const parent = Object.getPrototypeOf(type) as object;
  class Blank {
    constructor() {
      withInitialiser(keep, () => Object.assign(this, inherited));
    }
  }
  if (parent !== Function.prototype) Object.setPrototypeOf(type, Blank);
  try {
    build();
  } finally {
    Object.setPrototypeOf(type, parent);
  }
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

function unreadableDefaults(
  experiment: ExperimentClass,
  names: readonly string[],
  cause: unknown,
): FulgurError {
  return new FulgurError('config', {
    what: `The default of the hyperparameter '${names.join("', '")}' of '${experiment.name}' cannot be read.`,
    why: 'Its field has no initialiser, or stands below a field that needs the engine, or the compiler option useDefineForClassFields is not false.',
    fix: "Give it a default, write it above the experiment's modules, and set useDefineForClassFields to false in tsconfig.json.",
    cause,
  });
}
