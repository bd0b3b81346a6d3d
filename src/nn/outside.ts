import type * as tf from '@tensorflow/tfjs-core';
import { livingModules } from './made-modules';
import { Module } from './module';
import { listNames } from './naming';
import { descriptionOf } from './parameter';

/**
 * Variables that are not a model's, in words: `conv1.* (2) and fc.weight of a ResNet, a buffer of shape [3]`. A variable that
 * stands in a module is called by its name there, wherever the module itself is hidden.
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

/** Where variables stand that are in modules and not in the model. */
function placesOutside(model: Module): Map<tf.Variable, Place> {
  const seen = new Set(model.modules());
  const places = new Map<tf.Variable, Place>();
  for (const module of livingModules()) {
    if (!(module instanceof Module) || seen.has(module)) continue;
    try {
      const variables = module.namedVariables();
      for (const below of module.modules()) seen.add(below);
      for (const [name, variable] of variables) {
        if (!places.has(variable)) places.set(variable, { module, name });
      }
    } catch {
      // Another module that is not sound is not what is to be said here.
    }
  }
  return places;
}

function describeAlone(variable: tf.Variable): string {
  const shape = `of shape [${variable.shape.join(', ')}]`;
  const description = descriptionOf(variable);
  if (description !== undefined) return `a ${description.role} ${shape}`;
  // tfjs numbers those that were given no name.
  return /^\d+$/.test(variable.name)
    ? `a tf.Variable ${shape}`
    : `the tf.Variable '${variable.name}' ${shape}`;
}
