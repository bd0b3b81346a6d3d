import type { Image } from '../image';
import { Canvas } from './canvas';
import type { CropBox } from './kernels/crop-box';
import type { Normalization } from './normalization';
import type { JitterStep, ViewPlan } from './view-plan';
import type { ViewSize } from './view-transform';

/** Renders plans for views of one size. Bit-equal to torchvision's and lightly's transforms on PIL images. */
export class ViewRenderer {
  readonly #canvas: Canvas;

  constructor(
    readonly height: number,
    readonly width: number,
  ) {
    this.#canvas = new Canvas(height, width);
  }

  /** Returns RGB bytes `[height, width, 3]` of the planned view. */
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
    this.#draw(image, plan);
    if (plan.rotation % 360 !== 0) this.#canvas.rotate(plan.rotation);
    for (const step of plan.jitter) this.#adjust(step);
    if (plan.grayscale) this.#canvas.grayscale();
    if (plan.solarizeFirst) this.#solarize(plan);
    if (plan.blurSigma > 0) this.#canvas.blur(plan.blurSigma);
    if (!plan.solarizeFirst) this.#solarize(plan);
  }

  #draw(image: Image, { crop, interpolation, horizontalFlip, verticalFlip }: ViewPlan): void {
    const { height, width } = this;
    if (crop !== null) {
      this.#canvas.draw(image, crop, { height, width, horizontalFlip, verticalFlip, interpolation });
      return;
    }
    const covering = coveringSize(image, this);
    const window = {
      top: roundHalfToEven((covering.height - height) / 2),
      left: roundHalfToEven((covering.width - width) / 2),
      height,
      width,
    };
    const whole = { top: 0, left: 0, height: image.height, width: image.width };
    this.#canvas.draw(image, whole, { ...covering, horizontalFlip, verticalFlip, interpolation, window });
  }

  #solarize({ solarizeThreshold }: ViewPlan): void {
    if (solarizeThreshold !== null) this.#canvas.solarize(solarizeThreshold);
  }

  #adjust({ operation, factor }: JitterStep): void {
    if (operation === 'brightness') this.#canvas.adjustBrightness(factor);
    else if (operation === 'contrast') this.#canvas.adjustContrast(factor);
    else if (operation === 'saturation') this.#canvas.adjustSaturation(factor);
    else this.#canvas.adjustHue(factor);
  }
}

/**
 * Returns the size at which an image just covers a view; for a square view, that of torchvision's `Resize` of the
 * shorter side.
 */
function coveringSize(image: ViewSize, view: ViewSize): ViewSize {
  const { height, width } = view;
  if (width * image.height >= height * image.width) {
    return { height: Math.trunc((width * image.height) / image.width), width };
  }
  return { height, width: Math.trunc((height * image.width) / image.height) };
}

/** Returns the part of an image that a view without a crop shows, in whole pixels. */
export function centreBox(image: ViewSize, view: ViewSize): CropBox {
  const covering = coveringSize(image, view);
  const height = Math.round((view.height * image.height) / covering.height);
  const width = Math.round((view.width * image.width) / covering.width);
  return {
    top: Math.floor((image.height - height) / 2),
    left: Math.floor((image.width - width) / 2),
    height,
    width,
  };
}

function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return value % 1 === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
