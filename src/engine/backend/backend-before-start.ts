import './before-tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { currentEngine } from '../current-engine';

const name = 'fulgur-before-start';

/**
 * Has a higher priority than tfjs's own CPU backend, which would print a banner and keep tensors that the engine cannot
 * read.
 */
const PRIORITY = 2;

/** Operations that create a tensor from nothing, without `write`. */
const sources = ['Fill', 'LinSpace', 'Range'];

/** Replaces the engine until `start()`: creating a tensor throws the engine's error. */
class BackendBeforeStart extends tf.KernelBackend {
  override write(): never {
    return refuse();
  }

  override numDataIds(): number {
    return 0;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override dispose(): void {
    // It holds nothing.
  }
}

function refuse(): never {
  currentEngine();
  throw new Error(
    `tf.setBackend() chose '${name}', which is only a placeholder for the engine until start().`,
  );
}

// At import, so that a tensor at a file's top level also gets the error. A backend that the user sets stays in use.
if (!Object.hasOwn(tf.engine().registryFactory, name)) {
  tf.registerBackend(name, () => new BackendBeforeStart(), PRIORITY);
  for (const kernelName of sources) tf.registerKernel({ kernelName, backendName: name, kernelFunc: refuse });
}
