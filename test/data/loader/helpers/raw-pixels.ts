import type { Image } from '../../../../src/data/image';
import type { SampleKey, ViewTransform } from '../../../../src/data/views/view-transform';

/** A transform that hands on the bytes of images of one size as they are. */
class RawPixels implements ViewTransform {
  readonly views;
  readonly spec;

  constructor(
    readonly height: number,
    readonly width: number,
  ) {
    this.views = [{ height, width }];
    this.spec = { module: __filename, export: rawPixels.name, options: [height, width] };
  }

  plain(): ViewTransform {
    return this;
  }

  apply(image: Image, _sample: SampleKey, out: Float32Array, offsets: readonly number[]): void {
    if (image.height !== this.height || image.width !== this.width) throw new Error('another size');
    out.set(image.data, offsets[0]);
  }
}

export function rawPixels([height, width]: readonly [number, number]): ViewTransform {
  return new RawPixels(height, width);
}
