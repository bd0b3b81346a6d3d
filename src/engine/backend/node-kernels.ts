/**
 * The one door to tfjs-node's kernels, and to the gradients and chained operations that come with them. `npm run build`
 * puts a bundle of all that in this file's place, so that the published package needs no `@tensorflow/tfjs-node-gpu`,
 * whose install script downloads a TensorFlow of its own (docs/adr/0026).
 */
import './before-tfjs';
import '@tensorflow/tfjs-node-gpu/dist/register_all_kernels';

export { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend';
export type { TFEOpAttr, TFJSBinding, TensorMetadata } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';
