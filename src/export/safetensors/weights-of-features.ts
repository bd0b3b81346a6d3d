import type * as tf from '@tensorflow/tfjs-core';
import type { StateDict } from '../../contracts';
import { watchVariables } from '../../engine';
import { FulgurError } from '../../errors';
import { readVariable, ResNetBackbone } from '../../nn';
import type { Module } from '../../nn';

/** The weights from which features are computed. */
export interface FeatureWeights {
  /** The module that contains them all, such as `backbone`; `''` for the experiment's. */
  readonly part: string;
  readonly module: Module;
  /** Weights under torchvision's names for a ResNet, otherwise under those of the state dict below the part. */
  readonly state: StateDict;
  /** The names in `state`, by the names in the part's state dict. */
  readonly names: ReadonlyMap<string, string>;
}

/** torchvision's names for the parts of a ResNet whose children are numbered, as in lightly. */
const torchvisionNames: Readonly<Record<string, string>> = {
  '0': 'conv1',
  '1': 'bn1',
  '4': 'layer1',
  '5': 'layer2',
  '6': 'layer3',
  '7': 'layer4',
};

/**
 * Finds the innermost module that contains everything from which features are computed, and takes its state; for an
 * experiment that computes features from several modules, only the weights that they read.
 *
 * @param features is called once.
 * @throws FulgurError `module` if features depend on no weights, or on weights that the module does not contain.
 */
export function weightsOfFeatures(root: Module, features: () => tf.Tensor): FeatureWeights {
  const { result, use } = watchVariables(features);
  result.dispose();
  const read = [...use.read];
  const holders = [...root.namedModules()].filter(([, module]) => {
    const own = new Set<tf.Variable>(module.namedVariables().values());
    return read.every((variable) => own.has(variable));
  });
  // Owners come before their children.
  const innermost = holders.at(-1);
  if (innermost === undefined || read.length === 0) throw nothingToWrite(root, read.length);
  const [part, module] = innermost;
  const names = new Map(
    [...module.namedVariables()]
      .filter(([, variable]) => part !== '' || use.read.has(variable))
      .map(([name]) => [name, module instanceof ResNetBackbone ? torchvisionName(name) : name]),
  );
  const variables = module.namedVariables();
  const state: StateDict = new Map();
  for (const [name, written] of names) {
    const variable = variables.get(name);
    if (variable !== undefined) state.set(written, readVariable(variable));
  }
  return { part, module, state, names };
}

function torchvisionName(name: string): string {
  const [place = '', ...rest] = name.split('.');
  return [torchvisionNames[place] ?? place, ...rest].join('.');
}

function nothingToWrite(root: Module, count: number): FulgurError {
  return new FulgurError('module', {
    what:
      count === 0
        ? `The features of ${root.constructor.name} depend on no weights.`
        : `The features of ${root.constructor.name} depend on weights that it does not contain.`,
    fix: 'Keep the modules that compute the features in public fields of the experiment.',
  });
}
