import * as tf from '@tensorflow/tfjs-core';
import { start, type EngineInfo } from '../engine';
import { locateTensorFlow, type Accelerator, type TensorFlowLibrary } from '../engine/install';
import { FulgurError, messageOf } from '../errors';
import { failed, ok, unchecked, type Finding } from './finding';

/** The parts of the engine that the doctor checks; tests replace them. */
export interface EngineTrial {
  locate(accelerator: Accelerator, onProgress: (line: string) => void): Promise<TensorFlowLibrary>;
  start(accelerator: Accelerator): Promise<EngineInfo>;
  /** Returns the seconds of one `[size, size]` matrix product and its largest error. */
  timeProduct(size: number): Promise<{ seconds: number; error: number }>;
}

/** The real engine. An installation in the cache is read completely. */
export const realEngine: EngineTrial = {
  locate: (accelerator, onProgress) => locateTensorFlow({ accelerator, onProgress, fullCheck: true }),
  start: (accelerator) => start({ accelerator }),
  timeProduct,
};

const productSize = 1024;

/** Checks TensorFlow, its device and one timed operation; each depends on the one before. */
export async function* checkEngine(
  accelerator: Accelerator,
  onProgress: (line: string) => void,
  engine: EngineTrial = realEngine,
): AsyncGenerator<Finding> {
  let library: TensorFlowLibrary;
  let info: EngineInfo;
  try {
    library = await engine.locate(accelerator, onProgress);
    info = await engine.start(accelerator);
  } catch (error) {
    yield failure('TensorFlow', error);
    yield unchecked('Device', 'needs TensorFlow');
    yield unchecked('Operation', 'needs TensorFlow');
    return;
  }
  const { flavour, source, directory } = library;
  yield ok('TensorFlow', `${info.tensorflowVersion} (${flavour}), ${origins[source]}: ${directory}`);
  yield checkDevice(library, info);
  yield await checkProduct(engine);
}

const origins: Readonly<Record<TensorFlowLibrary['source'], string>> = {
  environment: 'named by FULGUR_TENSORFLOW',
  cache: 'from the cache',
  python: "Python's own",
  installed: 'installed just now',
};

function checkDevice({ flavour }: TensorFlowLibrary, { device, deviceName, threads }: EngineInfo): Finding {
  const detail = `${device} (${deviceName}), ${threads} threads`;
  if (flavour === 'cpu' || device === 'gpu') return ok('Device', detail);
  return failed(
    'Device',
    `${detail}: TensorFlow has CUDA but finds no usable GPU`,
    'Update the NVIDIA driver and check nvidia-smi, or pass --accelerator cpu.',
  );
}

async function checkProduct(engine: EngineTrial): Promise<Finding> {
  try {
    const { seconds, error } = await engine.timeProduct(productSize);
    const speed = (2 * productSize ** 3) / seconds / 1e9;
    const what = `${productSize}×${productSize} matrix product`;
    const detail = `${what} in ${(seconds * 1e3).toFixed(1)} ms: ${speed.toFixed(0)} GFLOP/s`;
    if (error === 0) return ok('Operation', detail);
    return failed(
      'Operation',
      `${what} is wrong by ${error}`,
      "Delete the cache's tensorflow folder to have it installed again, and test the machine's memory.",
    );
  } catch (error) {
    return failure('Operation', error);
  }
}

async function timeProduct(size: number): Promise<{ seconds: number; error: number }> {
  const a = tf.ones<tf.Rank.R2>([size, size]);
  let best = Infinity;
  let error = 0;
  for (let run = 0; run < 6; run += 1) {
    const begun = performance.now();
    const product = tf.matMul(a, a);
    const values = await product.data();
    best = Math.min(best, (performance.now() - begun) / 1e3);
    product.dispose();
    for (const value of values) error = Math.max(error, Math.abs(value - size));
  }
  a.dispose();
  return { seconds: best, error };
}

function failure(name: string, error: unknown): Finding {
  return error instanceof FulgurError
    ? failed(name, error.finding, error.fix)
    : failed(name, messageOf(error), 'Report this to the authors of Fulgur.');
}
