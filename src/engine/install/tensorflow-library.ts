import type { Flavour } from './builds';

/** TensorFlow's two libraries, found or installed. */
export interface TensorFlowLibrary {
  /** The absolute path of the folder that contains both libraries. */
  readonly directory: string;
  /** The absolute path of `libtensorflow_cc`, which exports the C API. */
  readonly corePath: string;
  /** The absolute path of `libtensorflow_framework`, which the other one needs. */
  readonly frameworkPath: string;
  /** The version, or `unknown` if the folder named by the user does not contain it. */
  readonly version: string;
  /** Whether it can use an NVIDIA GPU. */
  readonly flavour: Flavour;
  /** Its origin; `installed` means just now. */
  readonly source: 'environment' | 'cache' | 'python' | 'installed';
}
