import sharp from 'sharp';
import { decodeImage } from '../../../../../src/data/datasets/folder/read-image-file';
import { decodeJpeg } from '../../../../../src/data/datasets/folder/jpeg/decode-jpeg';
import { RandomStream } from '../../../../../src/engine/random';

/** A picture of noise, enlarged by up to four: smooth parts and edges, and every level. */
function picture(stream: RandomStream, width: number, height: number): sharp.Sharp {
  const scale = 1 + stream.below(4);
  const raw = {
    width: Math.ceil(width / scale) + 1,
    height: Math.ceil(height / scale) + 1,
    channels: 3 as const,
  };
  const noise = Uint8Array.from({ length: raw.width * raw.height * 3 }, () =>
    stream.chance(0.5) ? stream.below(256) : 255 * stream.below(2),
  );
  return sharp(noise, { raw }).resize(width, height, { fit: 'fill', kernel: 'linear' });
}

/** What libvips makes of a file, with libjpeg's code; `null` where it finds a fault. */
async function decodeByLibvips(file: Buffer): Promise<Buffer | null> {
  return sharp(file, { failOn: 'error', ignoreIcc: true })
    .raw()
    .toBuffer()
    .catch(() => null);
}

function streamOf(index: number): RandomStream {
  return new RandomStream(11, 'view', [index]);
}

describe('decodeJpeg', () => {
  it.each(['4:2:0', '4:4:4'])("gives libjpeg's pixels with colours at %s, of all sizes", async (sampling) => {
    for (let index = 0; index < 80; index++) {
      const stream = streamOf(index);
      const [width, height] = [5 + stream.below(90), 1 + stream.below(90)];
      const file = await picture(stream, width, height)
        .jpeg({
          quality: 1 + stream.below(100),
          chromaSubsampling: sampling,
          optimiseCoding: stream.chance(0.5),
        })
        .toBuffer();
      const wanted = await decodeByLibvips(file);
      const image = decodeJpeg(file);
      expect([image?.width, image?.height]).toEqual([width, height]);
      expect(Buffer.compare(image!.data, wanted!)).toBe(0);
    }
  });

  it('gives the same pixels again after a larger image has used its memory', async () => {
    const small = await picture(streamOf(0), 33, 20).jpeg().toBuffer();
    const large = await picture(streamOf(1), 900, 700).jpeg({ quality: 95 }).toBuffer();
    const first = decodeJpeg(small);
    expect(decodeJpeg(large)?.data.length).toBe(900 * 700 * 3);
    expect(decodeJpeg(small)).toEqual(first);
  });

  it.each([
    ['progressive', (image: sharp.Sharp) => image.jpeg({ progressive: true })],
    ['gray', (image: sharp.Sharp) => image.toColourspace('b-w').jpeg()],
    ['CMYK', (image: sharp.Sharp) => image.toColourspace('cmyk').jpeg()],
    ['png', (image: sharp.Sharp) => image.png()],
  ])('leaves %s files to libvips', async (_, encode) => {
    const file = await encode(picture(streamOf(2), 40, 30)).toBuffer();
    expect(decodeJpeg(file)).toBeNull();
  });

  it('leaves files that end early to libvips', async () => {
    const file = await picture(streamOf(3), 40, 30).jpeg().toBuffer();
    for (let length = 0; length < file.length; length++) {
      expect(decodeJpeg(file.subarray(0, length))).toBeNull();
    }
  });

  it('finds what is wrong with a file, or gives what libvips gives', async () => {
    const whole = await picture(streamOf(4), 70, 50).jpeg({ quality: 80 }).toBuffer();
    let decoded = 0;
    for (let index = 0; index < 400; index++) {
      const stream = streamOf(index);
      const file = Buffer.from(whole);
      file[2 + stream.below(file.length - 2)] = stream.below(256);
      const image = decodeJpeg(file);
      if (image === null) continue;
      decoded++;
      const wanted = await decodeByLibvips(file);
      expect({ index, same: wanted !== null && Buffer.compare(image.data, wanted) === 0 }).toEqual({
        index,
        same: true,
      });
    }
    expect(decoded).toBeGreaterThan(10);
  });

  it('lets libvips say what is wrong', async () => {
    const whole = await picture(streamOf(5), 70, 50).jpeg().toBuffer();
    await expect(decodeImage(whole.subarray(0, whole.length - 60))).rejects.toThrow(/premature end/i);
  });
});
