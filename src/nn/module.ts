import type { StateDict } from '../contracts';
import { FulgurError } from '../errors';
import { isReadingDefaults } from '../metadata';
import { rememberModule } from './made-modules';
import { noteRead } from '../engine';
import { walk } from './module-tree';
import type { Visit } from './module-tree';
import { matchingParameters, patternsOf } from './name-pattern';
import type { NamePattern } from './name-pattern';
import { joinName } from './naming';
import { isFixed } from './parameter';
import type { Buffer, Parameter } from './parameter';
import { ParameterList } from './parameter-list';
import { loadState } from './state/load-state';
import type { LoadOptions, LoadReport } from './state/load-state';
import { readVariable } from './state/variable-state';

// The mode is kept outside modules: a copy of a module, such as a teacher, has no #private fields.
const inEvaluation = new WeakSet<Module>();

/**
 * The base class of layers and models: owns parameters, buffers and child modules. Those in fields, alone or in arrays,
 * are found automatically, in the order of declaration; `#private` fields are not searched.
 *
 * Names, order, shapes and layout of the state dict are PyTorch's: the field `projectionHead` is named
 * `projection_head.…`.
 *
 * @example
 * class Scale extends nn.Module {
 *   readonly weight = nn.parameter(tf.ones([512]));
 *   forward(x: tf.Tensor2D): tf.Tensor2D {
 *     return tf.mul(x, this.weight);
 *   }
 * }
 */
export abstract class Module {
  constructor() {
    if (isReadingDefaults()) throw notNow();
    rememberModule(this);
  }

  /** Computes the module's output; tensors are `[batch, height, width, channels]` or `[batch, features]`. */
  abstract forward(...inputs: never[]): unknown;

  /** Whether layers such as batch norm and dropout behave as in training (the default). Read when a step is traced. */
  get training(): boolean {
    const training = !inEvaluation.has(this);
    noteRead(this, 'training', training);
    return training;
  }

  /** Sets this module and all its descendants to training mode. */
  train(mode = true): this {
    for (const { module } of visits(this)) {
      if (mode) inEvaluation.delete(module);
      else inEvaluation.add(module);
    }
    return this;
  }

  /** Sets this module and all its descendants to evaluation mode. */
  eval(): this {
    return this.train(false);
  }

  /**
   * Excludes parameters from training, from the next trace on: all of them, or those whose names match.
   *
   * @param names state-dict names below this module: `backbone.4.*`, `backbone`, `*.bias`, a regular expression, a list.
   * @throws FulgurError `module` for a pattern that no parameter matches, and for an empty list.
   */
  freeze(names?: NamePattern | readonly NamePattern[]): this {
    return setTrainable(this, names, false);
  }

  /**
   * Includes parameters in training again, from the next trace on: all of them, or those whose names match, as in
   * `freeze`. Parameters made with `trainable: false` are left out, unless a pattern matches no others.
   * @throws FulgurError `module` for a pattern that no parameter matches.
   */
  unfreeze(names?: NamePattern | readonly NamePattern[]): this {
    return setTrainable(this, names, true);
  }

  /**
   * Returns all parameters, each once, for an optimiser. This includes frozen ones, which are not updated while frozen.
   */
  parameters(): ParameterList {
    return new ParameterList(this.namedParameters());
  }

  /** Returns the parameters by state-dict name; a parameter in several places has its first name. */
  namedParameters(): Map<string, Parameter> {
    return firstNames([...visits(this)].flatMap(({ name, parameters }) => fullNames(name, parameters)));
  }

  /** Returns the buffers by state-dict name; a buffer in several places has its first name. */
  namedBuffers(): Map<string, Buffer> {
    return firstNames([...visits(this)].flatMap(({ name, buffers }) => fullNames(name, buffers)));
  }

  /** Returns parameters and buffers by state-dict name, in its order. */
  namedVariables(): Map<string, Parameter | Buffer> {
    return stateVariables(this);
  }

  /** Returns this module and all its descendants, each once, owners before their children. */
  modules(): Module[] {
    return [...this.namedModules().values()];
  }

  /** Returns the modules by name; this one has the name `''`. */
  namedModules(): Map<string, Module> {
    return firstNames([...visits(this)].map(({ name, module }) => [name, module]));
  }

  /** Returns a copy of all parameters and buffers in host memory, in PyTorch's naming, layout and order. */
  stateDict(): StateDict {
    return new Map([...stateVariables(this)].map(([name, variable]) => [name, readVariable(variable)]));
  }

  /**
   * Sets parameters and buffers from a state dict. If anything does not fit, nothing is changed.
   *
   * @param options `strict: false` skips missing and unexpected keys; tensors of a wrong shape or type are still
   *   errors.
   * @returns the skipped keys.
   * @throws FulgurError `state`, naming every missing, unexpected and mismatched key.
   */
  loadStateDict(state: StateDict, options: LoadOptions = {}): LoadReport {
    return loadState(this.constructor.name, stateVariables(this), state, options);
  }

  /** Frees all parameters and buffers; the module cannot be used afterwards. */
  dispose(): void {
    for (const variable of new Set(stateVariables(this).values())) variable.dispose();
  }
}

function setTrainable<M extends Module>(
  module: M,
  names: NamePattern | readonly NamePattern[] | undefined,
  trainable: boolean,
): M {
  const all = names === undefined;
  const groups = all
    ? [module.namedParameters()]
    : patternsOf(module, names).map((name) => matchingParameters(module, name));
  for (const group of groups) {
    const chosen = [...group.values()];
    const open = trainable ? chosen.filter((parameter) => !isFixed(parameter)) : chosen;
    for (const parameter of all || open.length > 0 ? open : chosen) parameter.trainable = trainable;
  }
  return module;
}

function visits(root: Module): Generator<Visit<Module>> {
  return walk<Module>(root, isModule);
}

function stateVariables(root: Module): Map<string, Parameter | Buffer> {
  return new Map(
    [...visits(root)].flatMap(({ name, parameters, buffers }) =>
      fullNames<Parameter | Buffer>(name, [...parameters, ...buffers]),
    ),
  );
}

function isModule(value: unknown): value is Module {
  return value instanceof Module;
}

/** Returns the entries without those whose value occurred earlier. */
function firstNames<T>(entries: readonly [string, T][]): Map<string, T> {
  const seen = new Set<T>();
  return new Map(entries.filter(([, value]) => !seen.has(value) && seen.add(value)));
}

function fullNames<T>(owner: string, members: readonly [string, T][]): [string, T][] {
  return members.map(([member, value]) => [joinName(owner, member), value]);
}

/** Stops a class whose defaults are read from building modules: they are built with the values given to the run. */
function notNow(): FulgurError {
  return new FulgurError('module', {
    what: 'A module was to be built while the defaults of hyperparameters are read.',
    fix: "Declare hyperparameters above the experiment's modules.",
  });
}
