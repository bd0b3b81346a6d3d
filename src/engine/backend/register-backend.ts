import './before-tfjs';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-node-gpu/dist/register_all_kernels';
import type { Binding } from './binding';
import { FulgurBackend } from './fulgur-backend';

/** The name under which tfjs-node registers its kernels. */
export const backendName = 'tensorflow';
const PRIORITY = 3;

/** Makes the engine tfjs's backend. */
export function registerBackend(binding: Binding): FulgurBackend {
  const backend = new FulgurBackend(binding);
  tf.registerBackend(backendName, () => backend, PRIORITY);
  void tf.setBackend(backendName);
  return backend;
}
