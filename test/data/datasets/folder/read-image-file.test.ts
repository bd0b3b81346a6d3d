import sharp from 'sharp';
import { decodeImage } from '../../../../src/data/datasets/folder/read-image-file';
import reference from './data/pillow-images.json';

describe('decodeImage', () => {
  it.each(reference.images)('gives the pixels that Pillow gives for $name', async (image) => {
    const { width, height, data } = await decodeImage(Buffer.from(image.file, 'base64'));
    expect({ width, height }).toEqual({ width: image.width, height: image.height });
    expect(Buffer.from(data)).toEqual(Buffer.from(image.rgb, 'base64'));
  });

  it.each([1, 3] as const)('takes the high byte of 16-bit values with %d channels', async (channels) => {
    const values = Uint16Array.from({ length: 4 * channels }, (_, index) => index * 5000 + 77);
    const file = await sharp(values, { raw: { width: 2, height: 2, channels } })
      .toColourspace(channels === 1 ? 'grey16' : 'rgb16')
      .png()
      .toBuffer();
    const { data } = await decodeImage(file);
    const expected = Array.from(values, (value) => value >> 8);
    expect([...data]).toEqual(channels === 3 ? expected : expected.flatMap((value) => [value, value, value]));
  });

  it('refuses a file that is cut off', async () => {
    const whole = Buffer.from(reference.images[0]!.file, 'base64');
    await expect(decodeImage(whole.subarray(0, whole.length - 60))).rejects.toThrow(/premature end/i);
  });

  it('refuses an empty file', async () => {
    await expect(decodeImage(Buffer.alloc(0))).rejects.toThrow(new Error('the file is empty'));
  });

  it('refuses other formats, also those that libvips knows', async () => {
    const drawing = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await expect(decodeImage(drawing)).rejects.toThrow(
      new Error('its content is no jpg, png, webp, bmp or tiff image'),
    );
  });
});
