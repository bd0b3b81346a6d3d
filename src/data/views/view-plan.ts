import type { Interpolation } from './kernels/axis-filter';
import type { CropBox } from './kernels/crop-box';

/** One operation of colour jitter. A hue factor is a share of the colour circle; the others are 1 for no change. */
export interface JitterStep {
  readonly operation: 'brightness' | 'contrast' | 'saturation' | 'hue';
  readonly factor: number;
}

/** Everything that makes one view of an image, in the order applied (but see `solarizeFirst`). */
export interface ViewPlan {
  /**
   * The part of the image that is resized to the view's size. `null`: the image is resized until it just covers the
   * view, and its centre is cropped.
   */
  readonly crop: CropBox | null;
  readonly interpolation: Interpolation;
  readonly horizontalFlip: boolean;
  readonly verticalFlip: boolean;
  /** Degrees counter-clockwise. */
  readonly rotation: number;
  readonly jitter: readonly JitterStep[];
  readonly grayscale: boolean;
  /** Standard deviation in pixels; 0 for none. */
  readonly blurSigma: number;
  /** Levels of at least this are inverted; `null` for none. */
  readonly solarizeThreshold: number | null;
  /** Whether solarisation comes before the blur. */
  readonly solarizeFirst: boolean;
}

/** The plan that uses the whole image unchanged. */
export function unchangedPlan(height: number, width: number): ViewPlan {
  return {
    crop: { top: 0, left: 0, height, width },
    interpolation: 'bilinear',
    horizontalFlip: false,
    verticalFlip: false,
    rotation: 0,
    jitter: [],
    grayscale: false,
    blurSigma: 0,
    solarizeThreshold: null,
    solarizeFirst: false,
  };
}
