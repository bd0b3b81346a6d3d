import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

/** Writes JPEG files of a size each, `00.jpg` and so on: waves of other colours and lengths. */
export async function writePhotos(folder: string, count: number): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const [width, height] = [40 + 7 * i, 64 - 3 * i];
      const data = Uint8Array.from({ length: width * height * 3 }, (__, at) => {
        const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
        return 127 + 120 * Math.sin((x * (i + 1)) / 9 + (y * (at % 3)) / 7 + i);
      });
      const path = join(folder, `${String(i).padStart(2, '0')}.jpg`);
      await sharp(data, { raw: { width, height, channels: 3 } })
        .jpeg({ quality: 90 })
        .toFile(path);
      return path;
    }),
  );
}
