import * as tf from '@tensorflow/tfjs-core';
import { BrokenImageError, datasets, rgbOf } from '../../data';
import type { Image, SourceImage, ViewTransform } from '../../data';
import { FulgurError, messageOf } from '../../errors';
import type { ModelIdentity } from '../../evaluation';
import type { FeatureModel } from '../../trainer';

/** An image to encode: the path or the bytes of a file, or pixels. */
export type EncodableImage = string | Uint8Array | SourceImage;

/** The parts of an encoder. */
export interface EncoderParts {
  readonly model: FeatureModel;
  readonly identity: ModelIdentity;
  readonly featureWidth: number;
  /** The evaluation view. */
  readonly view: ViewTransform;
  /** Maximum batch size of the model. */
  readonly batchSize: number;
  readonly maxImagePixels: number;
  readonly grayRange: readonly [number, number] | null;
  /** Frees what the model needs, after the model itself. */
  readonly release: () => void;
}

/** An image being processed. */
interface Job {
  readonly image: EncodableImage;
  readonly name: string;
  readonly resolve: (features: Float32Array) => void;
  readonly reject: (error: Error) => void;
}

interface ReadyJob extends Job {
  /** Pixels of the view, normalised. */
  readonly pixels: Float32Array;
}

/** Number of files that are read and decoded in parallel. */
const DECODERS = 4;

/**
 * A trained backbone with its evaluation view: computes features of images for the lifetime of a process. Images of
 * overlapping calls are batched together; an image that cannot be read fails only its own call.
 */
export class Encoder {
  readonly #parts: EncoderParts;
  readonly #waiting: Job[] = [];
  readonly #ready: ReadyJob[] = [];
  #decoding = 0;
  #running: Promise<void> | null = null;
  #isDisposed = false;

  /** @internal `load` makes encoders. */
  constructor(parts: EncoderParts) {
    this.#parts = parts;
  }

  /** Features of an image. */
  get featureWidth(): number {
    return this.#parts.featureWidth;
  }

  /** Identifies this model; `isSameModel` compares it with that of embeddings. */
  get model(): ModelIdentity {
    return this.#parts.identity;
  }

  /**
   * Returns the backbone's features of images, `[featureWidth]` each, in the order given. Calls may overlap.
   *
   * @example const [cat, dog] = await encoder.encode(['cat.jpg', await readFile('dog.png')]);
   * @throws FulgurError `data`, naming the first image that cannot be read, and for an argument that is not a list;
   *   `trainer` after `dispose`.
   */
  async encode(images: readonly EncodableImage[]): Promise<Float32Array[]> {
    if (this.#isDisposed) throw disposedEncoder();
    requireList(images);
    const settled = await Promise.allSettled(
      images.map((image, i) => this.#enqueue(image, nameOf(image, i))),
    );
    return settled.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
  }

  /** Frees the model; calls still in progress fail. */
  async dispose(): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    for (const job of [...this.#waiting.splice(0), ...this.#ready.splice(0)]) job.reject(disposedEncoder());
    await this.#running;
    this.#parts.model.dispose();
    this.#parts.release();
  }

  #enqueue(image: EncodableImage, name: string): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ image, name, resolve, reject });
      this.#advance();
    });
  }

  /** Starts as much work as allowed: only a few images are decoded ahead, so that memory does not grow with the queue. */
  #advance(): void {
    const { batchSize } = this.#parts;
    while (this.#decoding < DECODERS && this.#decoding + this.#ready.length < 2 * batchSize) {
      const job = this.#waiting.shift();
      if (job === undefined) break;
      this.#decoding += 1;
      void this.#decode(job);
    }
    if (this.#running !== null || this.#ready.length === 0) return;
    if (this.#ready.length < batchSize && this.#decoding > 0) return;
    this.#running = this.#run(this.#ready.splice(0, batchSize)).finally(() => {
      this.#running = null;
      this.#advance();
    });
  }

  async #decode(job: Job): Promise<void> {
    try {
      const pixels = this.#viewOf(await this.#read(job));
      if (this.#isDisposed) throw disposedEncoder();
      this.#ready.push({ ...job, pixels });
    } catch (error) {
      job.reject(error as Error);
    } finally {
      this.#decoding -= 1;
      this.#advance();
    }
  }

  async #read({ image, name }: Job): Promise<Image> {
    const { maxImagePixels, grayRange } = this.#parts;
    const how = { maxImagePixels, grayRange };
    try {
      if (typeof image === 'string') return await datasets.readImage(image, how);
      return image instanceof Uint8Array ? await datasets.decodeImage(image, name, how) : rgbOf(image);
    } catch (error) {
      throw unreadable(name, error instanceof BrokenImageError ? error.reason : messageOf(error), error);
    }
  }

  #viewOf(image: Image): Float32Array {
    const { view } = this.#parts;
    const [{ height, width } = { height: 0, width: 0 }] = view.views;
    const pixels = new Float32Array(height * width * 3);
    view.apply(image, { seed: 0, epoch: 0, index: 0 }, pixels, [0]);
    return pixels;
  }

  async #run(jobs: readonly ReadyJob[]): Promise<void> {
    const { view, model } = this.#parts;
    const [{ height, width } = { height: 0, width: 0 }] = view.views;
    const length = height * width * 3;
    const values = new Float32Array(jobs.length * length);
    jobs.forEach(({ pixels }, i) => values.set(pixels, i * length));
    const images = tf.tensor4d(values, [jobs.length, height, width, 3]);
    try {
      const { features, width: count } = await model.embed(images);
      jobs.forEach(({ resolve }, i) => {
        resolve(features.slice(i * count, (i + 1) * count));
      });
    } catch (error) {
      for (const { reject } of jobs) reject(error as Error);
    } finally {
      images.dispose();
    }
  }
}

/** An image's name in errors. */
function nameOf(image: EncodableImage, index: number): string {
  return typeof image === 'string' ? image : `at index ${index} of the call`;
}

function unreadable(name: string, reason: string, cause: unknown): FulgurError {
  return new FulgurError('data', {
    what: `The image ${name} cannot be read: ${reason}.`,
    fix: 'Use an image file that other programs can open, or leave this one out.',
    cause,
  });
}

/** Programs in JavaScript may pass a single image. */
function requireList(images: unknown): void {
  if (Array.isArray(images)) return;
  throw new FulgurError('data', {
    what: 'encode() takes a list of images, but was not given a list.',
    fix: "Write encoder.encode(['photo.jpg']), even for one image.",
  });
}

function disposedEncoder(): FulgurError {
  return new FulgurError('trainer', {
    what: 'The encoder was used after it had been disposed.',
    fix: 'Dispose it after the last call has ended, or load it again.',
  });
}
