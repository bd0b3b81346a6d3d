import type { Image } from '../../../../src/data/image';
import type { ViewPlan } from '../../../../src/data/views/view-plan';
import { brightness, contrast, grayscale, hue, saturation } from './colors';
import { gaussianBlur } from './gaussian-blur';
import { resize } from './resizer';
import { rotate } from './rotate';

const adjustments = { brightness, contrast, saturation, hue };

/** What the view renderer makes of a plan, in plain arithmetic: RGB bytes `[height, width, 3]`. */
export function renderPlainly(image: Image, plan: ViewPlan, height: number, width: number): Uint8Array {
  let pixels = resize(image, plan, height, width);
  if (plan.rotation % 360 !== 0) {
    const turned = new Uint8Array(pixels.length);
    rotate(pixels, width, plan.rotation, turned);
    pixels = turned;
  }
  for (const { operation, factor } of plan.jitter) pixels = adjustments[operation](pixels, factor);
  if (plan.grayscale) pixels = grayscale(pixels);
  const { blurSigma, solarizeThreshold: threshold } = plan;
  if (plan.solarizeFirst) pixels = solarize(pixels, threshold);
  if (blurSigma > 0) pixels = gaussianBlur(pixels, height, width, blurSigma);
  return plan.solarizeFirst ? pixels : solarize(pixels, threshold);
}

function solarize(pixels: Uint8Array, threshold: number | null): Uint8Array {
  return threshold === null ? pixels : pixels.map((level) => (level < threshold ? level : 255 - level));
}
