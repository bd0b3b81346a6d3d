import type { QuantisedPrecision } from './quantised';

/** What a site says of itself to its page, in `site.json`. Paths are relative to the page. */
export interface Site {
  /** The experiment's name. */
  readonly title: string;
  /** Which weights: as a person knows them. */
  readonly identity: string;
  /** Fulgur's version. */
  readonly fulgur: string;
  readonly view: SiteView;
  readonly model: SiteModel;
  /** `null` for a site that compares images with each other. */
  readonly images: SiteImages | null;
}

/** The evaluation view: an image is resized until it covers it, and the centre is cut out. */
export interface SiteView {
  readonly height: number;
  readonly width: number;
  readonly interpolation: 'bilinear' | 'bicubic';
}

export interface SiteModel {
  /** A graph model of TensorFlow.js. */
  readonly path: string;
  readonly featureWidth: number;
  /** `float32`: values normalised by `mean` and `std`. `uint8`: RGB bytes. */
  readonly input: 'float32' | 'uint8';
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** The experiment's own features of {@link probeBytes}: a browser that computes others is not to be trusted. */
  readonly probe: readonly number[];
}

/** Images that can be found. */
export interface SiteImages {
  readonly count: number;
  /** Files that, one behind the other, are quantised features. */
  readonly features: readonly { readonly path: string; readonly bytes: number }[];
  readonly precision: QuantisedPrecision;
  /** Largest difference found between a similarity and that of the features as they were. */
  readonly largestError: number;
  /** A list of names; where there are classes, with the class of each. */
  readonly names: string;
  readonly thumbnails: SiteThumbnails | null;
}

export interface SiteThumbnails {
  readonly folder: string;
  /** `.webp` or `.png`. */
  readonly ending: string;
  /** Images of so few pixels that they are shown larger than they are. */
  readonly isSmall: boolean;
}

/** What lies in the file of names. */
export interface SiteNames {
  readonly names: readonly string[];
  /** Class of each image, as an index of `classNames`; -1 where it is not known. */
  readonly labels: readonly number[] | null;
  readonly classNames: readonly string[] | null;
}

/** Thumbnails in a folder: more would be slow to list. */
const THUMBNAILS_IN_FOLDER = 1000;

/** Where the thumbnail of an image lies. */
export function thumbnailPath({ folder, ending }: SiteThumbnails, row: number): string {
  return `${folder}/${Math.floor(row / THUMBNAILS_IN_FOLDER)}/${row}${ending}`;
}

/** An image that everybody can make: bytes `[height, width, 3]` of slow and fast waves of each colour. */
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

/** A triangle of period 510 between 0 and 255. */
function wave(phase: number): number {
  const place = ((phase % 510) + 510) % 510;
  return place < 256 ? place : 510 - place;
}

/** RGB bytes as the model's input: `(byte / 255 - mean) / std`, in float32 as training computes it. */
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
