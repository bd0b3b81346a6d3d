import type { CropBox } from './kernels/crop-box';

/** One operation of colour jitter. A hue factor is a share of the colour circle; the others are 1 for no change. */
export interface JitterStep {
  readonly operation: 'brightness' | 'contrast' | 'saturation' | 'hue';
  readonly factor: number;
}

/** Everything that makes one view of an image, in the order in which it is done. */
export interface ViewPlan {
  /** The part of the image that is resized to the view's size. */
  readonly crop: CropBox;
  readonly horizontalFlip: boolean;
  readonly verticalFlip: boolean;
  /** Degrees counter-clockwise. */
  readonly rotation: number;
  readonly jitter: readonly JitterStep[];
  readonly grayscale: boolean;
  /** Standard deviation in pixels; 0 for none. */
  readonly blurSigma: number;
}

/** The plan that takes the whole image as it is. */
export function unchangedPlan(height: number, width: number): ViewPlan {
  return {
    crop: { top: 0, left: 0, height, width },
    horizontalFlip: false,
    verticalFlip: false,
    rotation: 0,
    jitter: [],
    grayscale: false,
    blurSigma: 0,
  };
}
