import sharp from 'sharp';
import { picture } from './small-site';

/** A file as people have it. */
export interface ImageFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Pixels `[height, width, channels]` with a soft alpha, and colours where nothing is to be seen. */
function withAlpha(width: number, height: number): sharp.Sharp {
  const data = Buffer.alloc(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const alpha = (x * 4 + y) % 256;
      data.set(
        [x * 5, y * 4, (x * y) % 256, alpha < 60 ? 0 : alpha].map((value) => value % 256),
        (y * width + x) * 4,
      );
    }
  }
  return sharp(data, { raw: { width, height, channels: 4 } });
}

/** Images of all kinds that browsers and Fulgur both decode, each with something that a browser might do to its pixels. */
export async function imageFiles(): Promise<ImageFile[]> {
  const alpha = () => withAlpha(61, 47);
  const noisy = picture(5, 301, 203);
  const gray = picture(3).clone().toColourspace('b-w');
  const files: Readonly<Record<string, sharp.Sharp>> = {
    'colours.jpg': noisy.clone().jpeg({ quality: 91 }),
    'fine-chroma.jpg': noisy.clone().jpeg({ quality: 80, chromaSubsampling: '4:4:4' }),
    'progressive.jpg': noisy.clone().jpeg({ progressive: true }),
    'gray.jpg': gray.clone().jpeg(),
    'turned.jpg': noisy.clone().withMetadata({ orientation: 6 }).jpeg(),
    'wide-colours.jpg': noisy.clone().withIccProfile('p3').jpeg(),
    'inks.jpg': noisy.clone().toColourspace('cmyk').withIccProfile('cmyk').jpeg(),
    'colours.png': noisy.clone().png(),
    'wide-colours.png': noisy.clone().withIccProfile('p3').png(),
    'palette.png': alpha().png({ palette: true }),
    'gray.png': gray.clone().png(),
    'deep.png': noisy.clone().toColourspace('rgb16').png(),
    'alpha.png': alpha().png(),
    'alpha-interlaced.png': alpha().png({ progressive: true }),
    'alpha-deep.png': alpha().toColourspace('rgb16').png(),
    'gray-alpha.png': alpha().toColourspace('b-w').png(),
    'lossy.webp': noisy.clone().webp({ quality: 70 }),
    'lossless.webp': noisy.clone().webp({ lossless: true }),
    'alpha.webp': alpha().webp({ quality: 90 }),
    'wide-colours.webp': noisy.clone().withIccProfile('p3').webp(),
    'colours.gif': noisy.clone().gif(),
    'alpha.gif': alpha().gif(),
    'large.jpg': picture(2, 2400, 1800).jpeg(),
    'narrow.png': picture(2, 9, 1400).png(),
    'tiny.png': picture(2, 3, 2).png(),
  };
  return Promise.all(
    Object.entries(files).map(async ([name, image]) => ({ name, bytes: await image.toBuffer() })),
  );
}
