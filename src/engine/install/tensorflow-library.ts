import type { Flavour } from './builds';

/** TensorFlow's two libraries, found or installed. */
export interface TensorFlowLibrary {
  /** Absolute path of the folder that holds both libraries. */
  readonly directory: string;
  /** Absolute path of `libtensorflow_cc`, which exports the C API. */
  readonly corePath: string;
  /** Absolute path of `libtensorflow_framework`, which the other one needs. */
  readonly frameworkPath: string;
  /** Version, or `unknown` where a folder that the user named does not tell it. */
  readonly version: string;
  /** Whether it can use an NVIDIA GPU. */
  readonly flavour: Flavour;
  /** Where it comes from; `installed` means just now. */
  readonly source: 'environment' | 'cache' | 'python' | 'installed';
}
