import './before-tfjs';
import * as tf from '@tensorflow/tfjs-core';
import type { Binding } from './binding';
import { FulgurBackend, backendName } from './fulgur-backend';
import { overrideKernels } from './kernel-overrides';

const PRIORITY = 3;

/** Makes the engine the backend of tfjs. */
export function registerBackend(binding: Binding): FulgurBackend {
  const backend = new FulgurBackend(binding);
  overrideKernels(binding, backend);
  tf.registerBackend(backendName, () => backend, PRIORITY);
  void tf.setBackend(backendName);
  return backend;
}
