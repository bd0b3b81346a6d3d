import type { Json } from '../../contracts';
import type { Image } from '../image';
import { Canvas } from './canvas';
import { checkImage } from './check-image';
import type { NormalizeOptions } from './normalization';
import { Normalization, imagenet, normalizeRule } from './normalization';
import { viewSize, resolveOptions } from './option-rules';
import type { SampleKey, TransformSpec, ViewSize, ViewTransform } from './view-transform';

/** Options of `views.plain`. */
export interface PlainOptions {
  /** Height and width of the view, in pixels (default 224). */
  readonly inputSize?: number;
  /** Mean and deviation by channel (default ImageNet's); `null` leaves values in [0, 1]. */
  readonly normalize?: NormalizeOptions | null;
}

type PlainSettings = Required<PlainOptions>;

const defaults: PlainSettings = { inputSize: 224, normalize: imagenet };
const rules = { inputSize: viewSize, normalize: normalizeRule };

class PlainView implements ViewTransform {
  readonly views: readonly ViewSize[];
  readonly spec: TransformSpec;
  readonly #size: number;
  readonly #canvas: Canvas;
  readonly #normalization: Normalization;

  constructor({ inputSize, normalize }: PlainSettings) {
    this.#size = inputSize;
    this.views = [{ height: inputSize, width: inputSize }];
    const options: Json = { inputSize, normalize: normalize === null ? null : { ...normalize } };
    this.spec = { module: __filename, export: plain.name, options };
    this.#normalization = new Normalization(normalize);
    this.#canvas = new Canvas(inputSize, inputSize);
  }

  plain(): ViewTransform {
    return this;
  }

  apply(image: Image, _sample: SampleKey, out: Float32Array, offsets: readonly number[]): void {
    checkImage(image);
    const size = this.#size;
    const { width, height } = image;
    const shorter = Math.min(width, height);
    const resizedWidth = Math.trunc((size * width) / shorter);
    const resizedHeight = Math.trunc((size * height) / shorter);
    const window = {
      top: roundHalfToEven((resizedHeight - size) / 2),
      left: roundHalfToEven((resizedWidth - size) / 2),
      height: size,
      width: size,
    };
    const target = { height: resizedHeight, width: resizedWidth, window };
    this.#canvas.draw(image, { top: 0, left: 0, height, width }, target);
    this.#canvas.writeFloats(this.#normalization, out, offsets[0] ?? 0);
  }
}

function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return value % 1 === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}

/**
 * One view of each image without augmentation, for evaluation: the shorter side is resized to `inputSize`, the centre
 * is cut out, and values are normalised. As torchvision's `Resize(inputSize)`, `CenterCrop(inputSize)` and `Normalize`.
 *
 * @throws FulgurError of kind `config` that names every wrong option.
 */
export function plain(options: PlainOptions = {}): ViewTransform {
  return new PlainView(resolveOptions('views.plain', options, defaults, rules));
}
