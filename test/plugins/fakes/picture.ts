import sharp from 'sharp';
import type { LoggedImage } from '../../../src/contracts';

/** A field of one colour, 3×2 pixels. */
export async function picture(changes: Partial<LoggedImage> = {}, background = 'red'): Promise<LoggedImage> {
  const png = await sharp({ create: { width: 3, height: 2, channels: 3, background } })
    .png()
    .toBuffer();
  return { name: 'views', epoch: 0, step: 4, png, width: 3, height: 2, caption: 'A field.', ...changes };
}
