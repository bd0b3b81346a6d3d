import type { RandomStream } from '../../engine/random';
import { permutation } from '../../engine/random';
import type { FastSiamSettings } from './fast-siam-options';
import type { CropBox } from './kernels/crop-box';
import type { JitterStep, ViewPlan } from './view-plan';

const CROP_TRIES = 10;
const MIN_ASPECT = 3 / 4;
const MAX_ASPECT = 4 / 3;
const jitterOrder = ['brightness', 'contrast', 'saturation', 'hue'] as const;

/** Draws a view's plan. Probabilities and distributions are those of lightly's `SimSiamViewTransform`. */
export function drawPlan(
  stream: RandomStream,
  image: { readonly width: number; readonly height: number },
  settings: FastSiamSettings,
): ViewPlan {
  // Draws follow the order of the operations, so that a new operation at the end would not change earlier ones.
  return {
    crop: drawCrop(stream, image.width, image.height, settings.minScale),
    horizontalFlip: stream.chance(settings.hfProb),
    verticalFlip: stream.chance(settings.vfProb),
    rotation: stream.chance(settings.rrProb) ? drawDegrees(stream, settings.rrDegrees) : 0,
    jitter: stream.chance(settings.cjProb) ? drawJitter(stream, settings) : [],
    grayscale: stream.chance(settings.randomGrayScale),
    blurSigma: stream.chance(settings.gaussianBlur) ? stream.uniform(...settings.sigmas) : 0,
  };
}

/** torchvision's `RandomResizedCrop.get_params`: ten tries at an area and an aspect, then the largest centred crop. */
function drawCrop(stream: RandomStream, width: number, height: number, minScale: number): CropBox {
  for (let tries = 0; tries < CROP_TRIES; tries++) {
    const area = width * height * stream.uniform(minScale, 1);
    const aspect = Math.exp(stream.uniform(Math.log(MIN_ASPECT), Math.log(MAX_ASPECT)));
    const cropWidth = Math.round(Math.sqrt(area * aspect));
    const cropHeight = Math.round(Math.sqrt(area / aspect));
    if (cropWidth > 0 && cropWidth <= width && cropHeight > 0 && cropHeight <= height) {
      const top = stream.below(height - cropHeight + 1);
      const left = stream.below(width - cropWidth + 1);
      return { top, left, height: cropHeight, width: cropWidth };
    }
  }
  const tall = width / height < MIN_ASPECT;
  const wide = width / height > MAX_ASPECT;
  const cropWidth = wide ? Math.round(height * MAX_ASPECT) : width;
  const cropHeight = tall ? Math.round(width / MIN_ASPECT) : height;
  return {
    top: Math.floor((height - cropHeight) / 2),
    left: Math.floor((width - cropWidth) / 2),
    height: cropHeight,
    width: cropWidth,
  };
}

function drawDegrees(stream: RandomStream, degrees: FastSiamSettings['rrDegrees']): number {
  if (degrees === null) return 90;
  if (typeof degrees === 'number') return stream.uniform(-degrees, degrees);
  return stream.uniform(...degrees);
}

/** torchvision's `ColorJitter.get_params`: all four operations in random order; those of no strength are left out. */
function drawJitter(stream: RandomStream, settings: FastSiamSettings): JitterStep[] {
  const { cjBright, cjContrast, cjSat, cjHue, cjStrength } = settings;
  const order = permutation(jitterOrder.length, stream);
  const factors = [cjBright, cjContrast, cjSat].map((range) => drawFactor(stream, range * cjStrength));
  factors.push(stream.uniform(-cjHue * cjStrength, cjHue * cjStrength));
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
