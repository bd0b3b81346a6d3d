/**
 * The only module that imports tfjs-node's kernels, and the gradients and chained operations that come with them. `npm
 * run build` replaces this file by a bundle of all that, so that the published package does not need
 * `@tensorflow/tfjs-node-gpu`, whose install script downloads its own TensorFlow (docs/adr/0026).
 */
import './before-tfjs';
import '@tensorflow/tfjs-node-gpu/dist/register_all_kernels';

export { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend';
export type { TFEOpAttr, TFJSBinding, TensorMetadata } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
