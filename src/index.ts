import * as losses from './losses';
import * as nn from './nn';
import * as optim from './optim';
import * as tf from '@tensorflow/tfjs-core';
import * as views from './data/views';

export * from './contracts';
export * from './engine';
export { FulgurError } from './errors';
export type { ErrorKind, ErrorParts } from './errors';
export { Experiment, HyperParameter, Plugin, inject } from './metadata';
export type { ExperimentClass, ExperimentDefinition, HyperParameterRules, PluginOptions } from './metadata';
export { losses, nn, optim, tf, views };
