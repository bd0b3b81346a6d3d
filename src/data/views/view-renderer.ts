import type { Image } from '../image';
import { Canvas } from './canvas';
import type { Normalization } from './normalization';
import type { JitterStep, ViewPlan } from './view-plan';

/** Carries out plans for views of one size. Bit-equal to torchvision's and lightly's transforms on PIL images. */
export class ViewRenderer {
  readonly #canvas: Canvas;

  constructor(
    private readonly height: number,
    private readonly width: number,
  ) {
    this.#canvas = new Canvas(height, width);
  }

  /** RGB bytes `[height, width, 3]` of the planned view. */
  render(image: Image, plan: ViewPlan): Uint8Array {
    this.#carryOut(image, plan);
    return this.#canvas.toBytes();
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
    this.#canvas.writeFloats(normalization, out, offset);
  }

  #carryOut(image: Image, plan: ViewPlan): void {
    const { height, width } = this;
    const { crop, horizontalFlip, verticalFlip } = plan;
    this.#canvas.draw(image, crop, { height, width, horizontalFlip, verticalFlip });
    if (plan.rotation % 360 !== 0) this.#canvas.rotate(plan.rotation);
    for (const step of plan.jitter) this.#adjust(step);
    if (plan.grayscale) this.#canvas.grayscale();
    if (plan.blurSigma > 0) this.#canvas.blur(plan.blurSigma);
  }

  #adjust({ operation, factor }: JitterStep): void {
    if (operation === 'brightness') this.#canvas.adjustBrightness(factor);
    else if (operation === 'contrast') this.#canvas.adjustContrast(factor);
    else if (operation === 'saturation') this.#canvas.adjustSaturation(factor);
    else this.#canvas.adjustHue(factor);
  }
}
