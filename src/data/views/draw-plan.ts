import type { RandomStream } from '../../engine/random';
import { permutation } from '../../engine/random';
import type { CropBox } from './kernels/crop-box';
import type { View } from './view-options';
import type { JitterStep, ViewPlan } from './view-plan';

const CROP_TRIES = 10;
const jitterOrder = ['brightness', 'contrast', 'saturation', 'hue'] as const;

/** The logarithms of a crop's smallest and largest aspect ratios. */
export type LogAspects = readonly [number, number];

export function logAspectsOf({ crop }: View): LogAspects {
  return crop === null ? [0, 0] : [Math.log(crop.ratio[0]), Math.log(crop.ratio[1])];
}

/** Draws a view's plan. Distributions are those of torchvision's and lightly's transforms. */
export function drawPlan(
  stream: RandomStream,
  image: { readonly width: number; readonly height: number },
  view: View,
  logAspects = logAspectsOf(view),
): ViewPlan {
  // New operations draw after older ones, so that they do not change their draws.
  return {
    crop: view.crop === null ? null : drawCrop(stream, image.width, image.height, view.crop, logAspects),
    interpolation: view.crop?.interpolation ?? 'bilinear',
    horizontalFlip: stream.chance(view.flip),
    verticalFlip: stream.chance(view.verticalFlip),
    rotation: stream.chance(view.rotate.prob) ? drawDegrees(stream, view.rotate.degrees) : 0,
    jitter: stream.chance(view.jitter.prob) ? drawJitter(stream, view.jitter) : [],
    grayscale: stream.chance(view.grayscale),
    blurSigma: stream.chance(view.blur.prob) ? stream.uniform(...view.blur.sigmas) : 0,
    solarizeThreshold: isSolarized(stream, view) ? view.solarize.threshold : null,
    solarizeFirst: view.solarize.beforeBlur,
  };
}

/** The last draw of a plan, which views without solarisation save. */
function isSolarized(stream: RandomStream, { solarize }: View): boolean {
  return solarize.prob > 0 && stream.chance(solarize.prob);
}

/**
 * torchvision's `RandomResizedCrop.get_params`: ten attempts at an area and an aspect ratio, then the largest centred
 * crop.
 */
function drawCrop(
  stream: RandomStream,
  width: number,
  height: number,
  { scale, ratio }: NonNullable<View['crop']>,
  logAspects: LogAspects,
): CropBox {
  for (let tries = 0; tries < CROP_TRIES; tries++) {
    const area = width * height * stream.uniform(scale[0], scale[1]);
    const aspect = Math.exp(stream.uniform(logAspects[0], logAspects[1]));
    const cropWidth = Math.round(Math.sqrt(area * aspect));
    const cropHeight = Math.round(Math.sqrt(area / aspect));
    if (cropWidth > 0 && cropWidth <= width && cropHeight > 0 && cropHeight <= height) {
      const top = stream.below(height - cropHeight + 1);
      const left = stream.below(width - cropWidth + 1);
      return { top, left, height: cropHeight, width: cropWidth };
    }
  }
  const [minAspect, maxAspect] = ratio;
  const tall = width / height < minAspect;
  const wide = width / height > maxAspect;
  const cropWidth = wide ? Math.round(height * maxAspect) : width;
  const cropHeight = tall ? Math.round(width / minAspect) : height;
  return {
    top: Math.floor((height - cropHeight) / 2),
    left: Math.floor((width - cropWidth) / 2),
    height: cropHeight,
    width: cropWidth,
  };
}

function drawDegrees(stream: RandomStream, degrees: View['rotate']['degrees']): number {
  if (degrees === null) return 90;
  if (typeof degrees === 'number') return stream.uniform(-degrees, degrees);
  return stream.uniform(...degrees);
}

/** torchvision's `ColorJitter.get_params`: all four operations in random order; those without strength are left out. */
function drawJitter(
  stream: RandomStream,
  { strength, brightness, contrast, saturation, hue }: View['jitter'],
): JitterStep[] {
  const order = permutation(jitterOrder.length, stream);
  const factors = [brightness, contrast, saturation].map((range) => drawFactor(stream, range * strength));
  factors.push(stream.uniform(-hue * strength, hue * strength));
  const neutral = [1, 1, 1, 0];
  return Array.from(order)
    .filter((operation) => factors[operation] !== neutral[operation])
    .map((operation) => ({
      operation: jitterOrder[operation] ?? 'hue',
      factor: factors[operation] ?? 0,
    }));
}

function drawFactor(stream: RandomStream, range: number): number {
  return stream.uniform(Math.max(1 - range, 0), 1 + range);
}
