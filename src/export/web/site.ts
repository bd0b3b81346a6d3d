import type { QuantisedPrecision } from './quantised';

/** The description of a site for its page, in `site.json`. Paths are relative to the page. */
export interface Site {
  /** The experiment's name. */
  readonly title: string;
  /** Human-readable identity of the weights. */
  readonly identity: string;
  /** Fulgur's version. */
  readonly fulgur: string;
  readonly view: SiteView;
  readonly model: SiteModel;
  /** `null` for a site that only compares images with each other. */
  readonly images: SiteImages | null;
}

/** The evaluation view: an image is resized so that it covers the view, and its centre is cropped. */
export interface SiteView {
  readonly height: number;
  readonly width: number;
  readonly interpolation: 'bilinear' | 'bicubic';
}

export interface SiteModel {
  /** A TensorFlow.js graph model. */
  readonly path: string;
  readonly featureWidth: number;
  /** `float32`: values normalised by `mean` and `std`. `uint8`: RGB bytes. */
  readonly input: 'float32' | 'uint8';
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** The experiment's own features of {@link probeBytes}: a browser that computes different ones cannot be trusted. */
  readonly probe: readonly number[];
}

/** The images that can be found. */
export interface SiteImages {
  readonly count: number;
  /** Files that, concatenated, are the quantised features. */
  readonly features: readonly { readonly path: string; readonly bytes: number }[];
  readonly precision: QuantisedPrecision;
  /** Largest error of a similarity that was found, compared with the original features. */
  readonly largestError: number;
  /** File with the list of names and, if there are classes, the class of each image. */
  readonly names: string;
  readonly thumbnails: SiteThumbnails | null;
}

export interface SiteThumbnails {
  readonly folder: string;
  /** `.webp` or `.png`. */
  readonly ending: string;
  /** Whether the images are so small that they are shown enlarged. */
  readonly isSmall: boolean;
}

/** The contents of the file of names. */
export interface SiteNames {
  readonly names: readonly string[];
  /** Class of each image, as an index into `classNames`; -1 if unknown. */
  readonly labels: readonly number[] | null;
  readonly classNames: readonly string[] | null;
}

/** Maximum number of thumbnails per folder: more would be slow to list. */
const THUMBNAILS_IN_FOLDER = 1000;

/** Returns the path of an image's thumbnail. */
export function thumbnailPath({ folder, ending }: SiteThumbnails, row: number): string {
  return `${folder}/${Math.floor(row / THUMBNAILS_IN_FOLDER)}/${row}${ending}`;
}

/** Returns a reproducible image: bytes `[height, width, 3]` of slow and fast waves in each colour. */
export function probeBytes({ height, width }: Pick<SiteView, 'height' | 'width'>): Uint8Array {
  const bytes = new Uint8Array(height * width * 3);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++, at += 1) {
        const slow = wave(x * (3 + channel) + y * (5 - channel));
        const fast = wave(x * (41 + 10 * channel) - y * (23 + 7 * channel));
        bytes[at] = (slow * 3 + fast) >> 2;
      }
    }
  }
  return bytes;
}

/** A triangle wave of period 510 between 0 and 255. */
function wave(phase: number): number {
  const place = ((phase % 510) + 510) % 510;
  return place < 256 ? place : 510 - place;
}

/** Converts RGB bytes to the model's input: `(byte / 255 - mean) / std`, in float32 as in training. */
export function normalisedBytes(
  bytes: Uint8Array,
  { mean, std }: Pick<SiteModel, 'mean' | 'std'>,
): Float32Array {
  const f = Math.fround;
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    const centred = f(f((bytes[i] ?? 0) / 255) - f(mean[i % 3] ?? 0));
    values[i] = f(centred / f(std[i % 3] ?? 1));
  }
  return values;
}
