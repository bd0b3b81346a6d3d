import type * as tf from '@tensorflow/tfjs-core';
import { livingModules } from './made-modules';
import { Module } from './module';
import { listNames } from './naming';
import { descriptionOf } from './parameter';

/**
 * Describes variables that are not a model's: `conv1.* (2) and fc.weight of a ResNet, a buffer of shape [3]`. A
 * variable in a module is identified by its name there, wherever the module itself is hidden.
 */
export function describeOutside(model: Module, variables: Iterable<tf.Variable>): string {
  const places = placesOutside(model);
  const names = new Map<Module, string[]>();
  const alone: string[] = [];
  for (const variable of variables) {
    const place = places.get(variable);
    if (place === undefined) alone.push(describeAlone(variable));
    else names.set(place.module, [...(names.get(place.module) ?? []), place.name]);
  }
  const inModules = [...names].map(([module, own]) => {
    const kind = module.constructor.name;
    const article = /^[AEIOU]/i.test(kind) ? 'an' : 'a';
    const all = [...module.namedVariables().keys()];
    return `${listNames(
      all.filter((name) => own.includes(name)),
      all,
    )} of ${article} ${kind}`;
  });
  return [...inModules, ...alone].join(', ');
}

interface Place {
  readonly module: Module;
  readonly name: string;
}

/** Finds the places of variables in modules outside the model; of nested modules the outermost counts. */
function placesOutside(model: Module): Map<tf.Variable, Place> {
  const own = new Set(model.modules());
  const trees = livingModules().flatMap((module) =>
    module instanceof Module && !own.has(module) ? (treeOf(module) ?? []) : [],
  );
  const inner = new Set(trees.flatMap(({ module, below }) => below.filter((part) => part !== module)));
  const outermost = trees.filter(({ module }) => !inner.has(module));
  const places = new Map<tf.Variable, Place>();
  for (const { module, variables } of outermost.sort((a, b) => b.variables.size - a.variables.size)) {
    for (const [name, variable] of variables) {
      if (!places.has(variable)) places.set(variable, { module, name });
    }
  }
  return places;
}

interface Tree {
  readonly module: Module;
  readonly below: readonly Module[];
  readonly variables: ReadonlyMap<string, tf.Variable>;
}

function treeOf(module: Module): Tree | null {
  try {
    return { module, below: module.modules(), variables: module.namedVariables() };
  } catch {
    // Errors of another, malformed module are not relevant here.
    return null;
  }
}

function describeAlone(variable: tf.Variable): string {
  const shape = `of shape [${variable.shape.join(', ')}]`;
  const description = descriptionOf(variable);
  if (description !== undefined) return `a ${description.role} ${shape}`;
  // tfjs gives numbers to variables without a name.
  return /^\d+$/.test(variable.name)
    ? `a tf.Variable ${shape}`
    : `the tf.Variable '${variable.name}' ${shape}`;
}
