import type { Image } from '../image';
import { adjustSaturation, appendBlend, identityTable } from './kernels/blend';
import { GaussianBlur } from './kernels/gaussian-blur';
import { adjustHue } from './kernels/hue';
import { grayscale, meanLuma } from './kernels/luma';
import { Resizer } from './kernels/resizer';
import { rotate } from './kernels/rotate';
import type { Normalization } from './normalization';
import type { JitterStep, ViewPlan } from './view-plan';

const identity = identityTable();

/**
 * Carries out plans for views of one size. Bit-equal to torchvision's and lightly's transforms on PIL images. All memory
 * is taken once, except for what a larger crop needs.
 */
export class ViewRenderer {
  readonly #height: number;
  readonly #width: number;
  readonly #length: number;
  readonly #resizer = new Resizer();
  readonly #blur = new GaussianBlur();
  #pixels: Uint8Array;
  #spare: Uint8Array;
  /** Byte changes that no pass over the pixels has carried out yet: the next pass applies them as it reads. */
  readonly #pending = identityTable();
  #hasPending = false;

  constructor(height: number, width: number) {
    this.#height = height;
    this.#width = width;
    this.#length = height * width * 3;
    this.#pixels = new Uint8Array(this.#length);
    this.#spare = new Uint8Array(this.#length);
  }

  /** RGB bytes `[height, width, 3]` of the planned view: memory of this object, good until its next call. */
  render(image: Image, plan: ViewPlan): Uint8Array {
    this.#carryOut(image, plan);
    this.#settle();
    return this.#pixels;
  }

  /** Writes the planned view as floats `[height, width, 3]` to `out`, from `offset` on. */
  renderNormalized(
    image: Image,
    plan: ViewPlan,
    normalization: Normalization,
    out: Float32Array,
    offset: number,
  ): void {
    this.#carryOut(image, plan);
    normalization.write(this.#pixels, this.#length, this.#pending, out, offset);
    this.#clearPending();
  }

  #carryOut(image: Image, plan: ViewPlan): void {
    const target = {
      height: this.#height,
      width: this.#width,
      horizontalFlip: plan.horizontalFlip,
      verticalFlip: plan.verticalFlip,
    };
    this.#resizer.resize(image, plan.crop, target, this.#pixels);
    if (plan.rotation % 360 !== 0) this.#rotate(plan.rotation);
    for (const step of plan.jitter) this.#adjust(step);
    if (plan.grayscale) this.#pass(grayscale);
    if (plan.blurSigma > 0) {
      this.#settle();
      this.#blur.apply(this.#pixels, this.#height, this.#width, plan.blurSigma);
    }
  }

  #rotate(degrees: number): void {
    rotate(this.#pixels, this.#width, degrees, this.#spare);
    [this.#pixels, this.#spare] = [this.#spare, this.#pixels];
  }

  #adjust({ operation, factor }: JitterStep): void {
    if (operation === 'brightness') this.#blend(0, factor);
    else if (operation === 'contrast') {
      this.#blend(meanLuma(this.#pixels, this.#length, this.#pending), factor);
    } else if (operation === 'saturation') {
      this.#pass((pixels, length, table) => adjustSaturation(pixels, length, factor, table));
    } else this.#pass((pixels, length, table) => adjustHue(pixels, length, factor, table));
  }

  #blend(level: number, factor: number): void {
    appendBlend(this.#pending, level, factor);
    this.#hasPending = true;
  }

  /** A pass over the pixels that carries out the pending changes as it reads. */
  #pass(change: (pixels: Uint8Array, length: number, table: Uint8Array) => void): void {
    change(this.#pixels, this.#length, this.#pending);
    this.#clearPending();
  }

  #clearPending(): void {
    if (this.#hasPending) this.#pending.set(identity);
    this.#hasPending = false;
  }

  #settle(): void {
    if (!this.#hasPending) return;
    this.#pass((pixels, length, table) => {
      for (let i = 0; i < length; i++) pixels[i] = table[pixels[i] ?? 0] ?? 0;
    });
  }
}
