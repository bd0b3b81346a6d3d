import { loadGraphModel } from '@tensorflow/tfjs-converter';
import type { GraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgl';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { normalisedBytes, probeBytes } from '../../../export/web/site';
import type { Site } from '../../../export/web/site';
import { ImageRefusal } from './image-refusal';

/** The backends on which a model can run, the fastest first. */
export type BackendName = 'webgl' | 'wasm';

/** Maximum error of a browser's features, as a share of the largest of the experiment's own features. */
const LARGEST_DIFFERENCE = 1e-3;

/** The model, on a backend that computes it correctly in this browser. */
export class PageEncoder {
  private constructor(
    private readonly site: Site,
    private readonly model: GraphModel,
    private backends: readonly BackendName[],
  ) {}

  /**
   * Loads the model, and checks it on an image with known features: on the graphics card first, otherwise on the
   * processor.
   *
   * @param only the backend to use; `null` to choose one.
   * @param onProgress receives the share of the model that has been loaded.
   * @throws ImageRefusal if no backend computes the experiment's features.
   */
  static async load(
    site: Site,
    base: string,
    only: BackendName | null,
    onProgress: (share: number) => void,
  ): Promise<PageEncoder> {
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    // tfjs does not use a graphics card that is emulated by the processor, as it is slower than WebAssembly.
    if (only === 'webgl') tf.env().set('SOFTWARE_WEBGL_ENABLED', true);
    setWasmPaths(new URL('./', base).href);
    const asked: readonly BackendName[] = only === null ? ['webgl', 'wasm'] : [only];
    // tfjs creates the weights' tensors on a backend that has been started.
    const backends = await startable(asked);
    const model = await loadModel(new URL(site.model.path, base).href, onProgress);
    const encoder = new PageEncoder(site, model, backends);
    await encoder.#useNext();
    return encoder;
  }

  get backend(): BackendName {
    return this.backends[0] ?? 'wasm';
  }

  /** @param view RGB bytes of the evaluation view. @returns features `[width]`. */
  async embed(view: Uint8Array): Promise<Float32Array> {
    for (;;) {
      const features = await this.#run(view).catch(() => null);
      // A graphics card that the system has reclaimed returns zeros.
      if (features?.every(Number.isFinite) === true && features.some((value) => value !== 0)) return features;
      if (this.backends.length < 2) {
        throw new ImageRefusal(
          'The model returns no usable features for this image: they are all zero, or not finite.',
        );
      }
      this.backends = this.backends.slice(1);
      await this.#useNext();
    }
  }

  /** Finds the first backend that can be started and computes the right features. */
  async #useNext(): Promise<void> {
    while (this.backends.length > 0) {
      if (await this.#isRight(this.backend)) return;
      this.backends = this.backends.slice(1);
    }
    throw cannotRun();
  }

  async #isRight(backend: BackendName): Promise<boolean> {
    const { view, model } = this.site;
    try {
      if (!(await tf.setBackend(backend))) return false;
      const found = await this.#run(probeBytes(view));
      const scale = Math.max(...model.probe.map(Math.abs));
      return (
        found.length === model.probe.length &&
        found.every((value, i) => Math.abs(value - (model.probe[i] ?? NaN)) <= LARGEST_DIFFERENCE * scale)
      );
    } catch {
      return false;
    }
  }

  async #run(view: Uint8Array): Promise<Float32Array> {
    const { height, width } = this.site.view;
    const { input } = this.site.model;
    const result = tf.tidy(() => {
      const shape: [number, number, number, number] = [1, height, width, 3];
      const images =
        input === 'uint8'
          ? tf.tensor4d(Int32Array.from(view), shape, 'int32')
          : tf.tensor4d(normalisedBytes(view, this.site.model), shape);
      const features = this.model.execute(images);
      if (features instanceof tf.Tensor) return features;
      throw new Error('The model has more than one output.');
    });
    try {
      return (await result.data()) as Float32Array;
    } finally {
      result.dispose();
    }
  }
}

/** Starts the first backend that can be started, and returns the backends from that one on. */
async function startable(backends: readonly BackendName[]): Promise<readonly BackendName[]> {
  for (const [place, backend] of backends.entries()) {
    if (backend === 'webgl' && !hasWebgl()) continue;
    if (await tf.setBackend(backend).catch(() => false)) return backends.slice(place);
  }
  throw cannotRun();
}

function hasWebgl(): boolean {
  const canvas = document.createElement('canvas');
  return (canvas.getContext('webgl2') ?? canvas.getContext('webgl')) !== null;
}

function cannotRun(): ImageRefusal {
  return new ImageRefusal(
    'This browser can run the model neither on the graphics card nor with WebAssembly.',
  );
}

async function loadModel(url: string, onProgress: (share: number) => void): Promise<GraphModel> {
  try {
    return await loadGraphModel(url, { onProgress });
  } catch {
    throw new ImageRefusal(
      'The model of this site cannot be loaded. Check the connection, and load the page again.',
    );
  }
}
