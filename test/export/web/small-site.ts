import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { views } from '../../../src/data';
import { decodeImage } from '../../../src/data/decoding';
import type { Image } from '../../../src/data/image';
import type { Embeddings } from '../../../src/evaluation';
import type { ExportedModel, ImageOfRow } from '../../../src/export';
import { webFormat } from '../../../src/export/web';
import * as nn from '../../../src/nn';

const size = 32;
const view = views.plain({ inputSize: size });
const { mean, std } = views.imagenet;

/** A small ResNet with random weights, and what a site is made of. */
export class SmallModel {
  readonly module = nn.resnet18({ head: 'none', stem: 'cifar', width: 4 });
  readonly featureWidth = 32;

  constructor() {
    this.module.eval();
  }

  /** The evaluation view, normalised: `[32, 32, 3]`. */
  viewOf(image: Image): Float32Array {
    const out = new Float32Array(size * size * 3);
    view.apply(image, { seed: 0, epoch: 0, index: 0 }, out, [0]);
    return out;
  }

  async featuresOf(image: Image): Promise<Float32Array> {
    const images = tf.tensor4d(this.viewOf(image), [1, size, size, 3]);
    const features = this.#forward(images);
    try {
      return await features.data<'float32'>();
    } finally {
      tf.dispose([images, features]);
    }
  }

  async exported(): Promise<ExportedModel> {
    const features = (images: tf.Tensor4D) => this.#forward(images);
    return {
      name: 'Spots <&> stripes',
      featureWidth: this.featureWidth,
      input: { height: size, width: size, normalisation: { mean, std }, kind: 'float32', layout: null },
      preprocessing: { kind: 'plain', height: size, width: size, interpolation: 'bilinear', mean, std },
      identity: null,
      module: this.module,
      features,
      graph: await nn.freeze(features, { inputShape: [size, size, 3], module: this.module }),
    };
  }

  #forward(images: tf.Tensor4D): tf.Tensor2D {
    return tf.tidy(() => this.module.forward(images));
  }
}

/** A picture of its own kind: spots in a colour of its own on another one. */
export function picture(kind: number, width = 90, height = 60): sharp.Sharp {
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isSpot = ((x + 3 * kind) * (kind + 2) + y * (kind % 5) * 3) % (17 + kind) < 6 + (kind % 4);
      for (let channel = 0; channel < 3; channel++) {
        const tone = (kind * 57 + channel * 83) % 200;
        data[(y * width + x) * 3 + channel] = isSpot ? tone + 50 : (channel * 90 + kind * 31 + x) % 256;
      }
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** A folder of a site over some pictures, the files of the pictures, and their embeddings as Node computes them. */
export interface SmallSite {
  readonly folder: string;
  readonly files: readonly string[];
  readonly embeddings: Embeddings;
}

export async function writeSmallSite(place: string, model: SmallModel, count: number): Promise<SmallSite> {
  const folder = join(place, count === 0 ? 'comparison' : 'search');
  mkdirSync(folder);
  const files: string[] = [];
  const features = new Float32Array(count * model.featureWidth);
  const pictures: ImageOfRow[] = [];
  for (let row = 0; row < count; row++) {
    const path = join(place, `picture-${row}.png`);
    const bytes = await picture(row).png().toBuffer();
    writeFileSync(path, bytes);
    const image = await decodeImage(bytes);
    features.set(await model.featuresOf(image), row * model.featureWidth);
    pictures.push({ row, pixels: image.data, height: image.height, width: image.width });
    files.push(path);
  }
  const embeddings: Embeddings = {
    features,
    width: model.featureWidth,
    names: files.map((_, row) => `spots/picture-${row}.png`),
    labels: Int32Array.from(files, (_, row) => (row % 4) - 1),
    classNames: ['red', 'green', 'blue'],
    model: null,
  };
  async function* each(): AsyncGenerator<ImageOfRow> {
    yield* pictures;
  }
  await webFormat.write(
    await model.exported(),
    folder,
    count === 0 ? null : { embeddings, pictures: each() },
  );
  return { folder, files, embeddings };
}
