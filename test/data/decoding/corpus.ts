import corpus from './data/pillow-corpus.json';

/** An entry of the corpus that `bench/image-corpus/make.py` writes. */
export interface Entry {
  readonly name: string;
  /** Base64, as all bytes here. */
  readonly file: string;
  readonly width?: number;
  readonly height?: number;
  readonly rgb?: string;
  /** 16-bit values, little-endian. */
  readonly gray?: string;
  readonly error?: string;
}

export const entries: readonly Entry[] = corpus.images;
const noRange = (samples: string): string =>
  `its samples are ${samples}, but nothing defines the value of white (save it with 8 or 16 bits)`;
const inPlanes = 'its samples are in separate planes, which is only supported for RGB and CMYK';
const lab = 'its colour space (CIE L*a*b*) is not supported';

/** What Pillow reads and Fulgur refuses, each with its sentence. */
export const refusals: Readonly<Record<string, string>> = {
  PFM: 'its contents are not a JPEG, PNG, WebP, GIF, BMP, TIFF or PNM image',
  'TIFF, LAB, raw': lab,
  'TIFF, LAB, tiff_lzw': lab,
  'TIFF, LAB, tiff_adobe_deflate': lab,
  'TIFF, I, raw': noRange('signed numbers'),
  'TIFF, I, tiff_lzw': noRange('signed numbers'),
  'TIFF, I, tiff_adobe_deflate': noRange('signed numbers'),
  'TIFF, F, raw': noRange('floating-point numbers'),
  'TIFF, F, tiff_lzw': noRange('floating-point numbers'),
  'TIFF, F, tiff_adobe_deflate': noRange('floating-point numbers'),
  'TIFF, signed bytes': noRange('signed numbers'),
  'TIFF, signed 16 bits': noRange('signed numbers'),
  'TIFF, 32-bit integers': noRange('signed numbers'),
  'TIFF, 32-bit unsigned integers': noRange('numbers of 32 bits'),
  'TIFF, 12 bits of grey': 'its samples of 12 bits are not supported (save it with 8 or 16 bits)',
  'TIFF, YCbCr in planes': inPlanes,
  'TIFF, grey with alpha in planes': inPlanes,
  'TIFF, planes in tiles': 'tiff2vips: tiled separate planes not supported',
  'TIFF, six samples': 'Input image exceeds channel limit',
  ...Object.fromEntries(
    ['1', 'L', 'RGB', 'YCbCr'].flatMap((mode) =>
      ['zstd', 'lzma'].map((kind) => [
        `TIFF, ${mode}, ${kind}`,
        `tiff2vips: ${kind.toUpperCase()} compression support is not configured`,
      ]),
    ),
  ),
};

/** What Fulgur reads rightly and Pillow does not: the name of an entry that has the same pixels, or `null`. */
export const better: Readonly<Record<string, string | null>> = {
  'BMP, 32 bits, RGBX by masks': null,
  'BMP, 32 bits, ARGB by masks': null,
  'TIFF, planes of 16 bits': 'TIFF, RGB of 16 bits',
  'TIFF, YCbCr 2 x 1': 'TIFF, YCbCr 2 x 1, deflate',
  'TIFF, YCbCr 2 x 2': 'TIFF, YCbCr 2 x 2, deflate',
  'TIFF, YCbCr 4 x 2': 'TIFF, YCbCr 4 x 2, deflate',
};

/** Entries whose pixels are not simply Pillow's. */
export const isSpecial = (entry: Entry): boolean =>
  entry.name in refusals || entry.name in better || entry.gray !== undefined || entry.error !== undefined;
