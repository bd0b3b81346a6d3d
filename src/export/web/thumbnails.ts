import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type sharp from 'sharp';
import type { ImageOfRow } from './searchable-images';
import { thumbnailPath } from './site';
import type { SiteThumbnails } from './site';

/** Length of the longer side in pixels: twice the size on the page, for high-resolution screens. */
const LONGEST_SIDE = 224;
/** Up to this side length, images are kept unchanged and shown enlarged. */
const SMALL_SIDE = 64;
const QUALITY = 78;
const folder = 'thumbnails';

/**
 * Writes a thumbnail of each image.
 *
 * @param site the site's folder.
 * @returns `null` if there were no images.
 */
export async function writeThumbnails(
  site: string,
  pictures: AsyncIterable<ImageOfRow>,
): Promise<SiteThumbnails | null> {
  const encode = createRequire(__filename)('sharp') as typeof sharp;
  let thumbnails: SiteThumbnails | null = null;
  const folders = new Set<string>();
  for await (const { row, pixels, height, width } of pictures) {
    const isSmall = Math.max(height, width) <= SMALL_SIDE;
    thumbnails ??= { folder, ending: isSmall ? '.png' : '.webp', isSmall };
    const path = join(site, thumbnailPath(thumbnails, row));
    const parent = dirname(path);
    if (!folders.has(parent)) await mkdir(parent, { recursive: true });
    folders.add(parent);
    const image = encode(pixels, { raw: { height, width, channels: 3 } });
    const encoded = thumbnails.isSmall
      ? image.png()
      : image
          .resize(LONGEST_SIDE, LONGEST_SIDE, { fit: 'inside', withoutEnlargement: true })
          .webp({ quality: QUALITY });
    // The whole folder is moved to its destination once it is complete.
    await writeFile(path, await encoded.toBuffer());
  }
  return thumbnails;
}
