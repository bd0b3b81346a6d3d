import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ExportRuntime, TrialImages } from '../export-format';

/** The part of the package `onnxruntime-node` that is used. */
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

/** Images in the layout that a file takes. */
export interface OnnxImages {
  readonly shape: readonly number[];
  readonly values: Float32Array | Uint8Array;
}

/**
 * Loads Microsoft's runtime if the user's project has it, and otherwise returns `null`: it takes 200 MB, so the
 * framework does not include it.
 *
 * @param folder of the user's project.
 * @param arrange puts images into the layout that the file takes.
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
