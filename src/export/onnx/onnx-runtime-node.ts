import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ExportRuntime, TrialImages } from '../export-format';

/** What is used of the package `onnxruntime-node`. */
interface OrtModule {
  readonly InferenceSession: {
    create(path: string): Promise<OrtSession>;
  };
  readonly Tensor: new (type: string, values: unknown, shape: readonly number[]) => OrtTensor;
}

interface OrtSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>>;
  release(): Promise<void>;
}

interface OrtTensor {
  readonly data: ArrayLike<number>;
}

/** Images as a file takes them, in its own layout. */
export interface OnnxImages {
  readonly shape: readonly number[];
  readonly values: Float32Array | Uint8Array;
}

/**
 * Microsoft's runtime, where the user's project has it; `null` elsewhere: it is 200 MB, so the framework does not bring it.
 *
 * @param folder of the user's project.
 * @param arrange lays images as the file takes them.
 */
export function onnxRuntimeNode(
  path: string,
  arrange: (images: TrialImages) => OnnxImages,
  folder = process.cwd(),
): ExportRuntime | null {
  const load = createRequire(join(folder, 'from-here.js'));
  let version: string;
  try {
    ({ version } = load('onnxruntime-node/package.json') as { version: string });
  } catch {
    return null;
  }
  return {
    name: `onnxruntime-node ${version}`,
    run: async (images) => {
      const ort = load('onnxruntime-node') as OrtModule;
      const session = await ort.InferenceSession.create(path);
      try {
        const { shape, values } = arrange(images);
        const type = values instanceof Float32Array ? 'float32' : 'uint8';
        const [input = ''] = session.inputNames;
        const [output = ''] = session.outputNames;
        const results = await session.run({ [input]: new ort.Tensor(type, values, shape) });
        return Float32Array.from(results[output]?.data ?? []);
      } finally {
        await session.release();
      }
    },
  };
}
