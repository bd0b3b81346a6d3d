import { createRequire } from 'node:module';
import type { Image } from '../image';
import { rgbOf } from '../source-image';

/** The part of the codec's decoder that is called here. */
interface Decoder {
  getEncodedBuffer(bytes: number): Uint8Array;
  decode(): void;
  getDecodedBuffer(): Uint8ClampedArray;
  getFrameInfo(): {
    readonly width: number;
    readonly height: number;
    readonly bitsPerSample: number;
    readonly componentCount: number;
  };
}

interface Codec {
  readonly JPEGDecoder: new () => Decoder;
}

type OpenCodec = (settings: { readonly printErr: () => void }) => Promise<Codec>;

/** Above this, libvips is as fast: it decodes 400 x 300 pixels in 1.5 ms, and WebAssembly in 1.4 ms. */
export const MOST_PIXELS = 400 * 300;
/** The largest file of that size; the memory of WebAssembly never shrinks. */
const MOST_BYTES = 2 ** 20;
/** A progressive file usually has ten; thousands of empty ones would block the thread for seconds. */
const MOST_SCANS = 32;
/** Each image that the codec rejects leaves a few kilobytes in its memory, which is then replaced. */
const MOST_FAILURES = 100;

const scanMarker = Buffer.from([0xff, 0xda]);

const load = createRequire(__filename);
let opening: Promise<Decoder | null> | null = null;
let failures = 0;

/**
 * Decodes a small JPEG file of one or three components by libjpeg-turbo in WebAssembly, to the same pixels as libvips. A call of
 * libvips costs about 0.35 ms besides the decoding, twenty times what 32 x 32 pixels take here.
 *
 * @returns `null` for a file with much metadata or many scans, for one that causes an error or a warning, and if WebAssembly
 * cannot be loaded: libvips then decides about the file.
 */
export async function smallJpegPixels(bytes: Buffer): Promise<Image | null> {
  if (bytes.length > MOST_BYTES || hasManyScans(bytes)) return null;
  const own = await (opening ??= openDecoder());
  if (own === null) return null;
  try {
    own.getEncodedBuffer(bytes.length).set(bytes);
    own.decode();
  } catch {
    failures += 1;
    if (failures % MOST_FAILURES === 0) opening = null;
    return null;
  }
  const { width, height, bitsPerSample, componentCount: channels } = own.getFrameInfo();
  if (bitsPerSample !== 8 || (channels !== 1 && channels !== 3)) return null;
  // A copy: the decoder writes the next image into the same memory.
  return rgbOf({ width, height, channels, data: new Uint8Array(own.getDecodedBuffer()) });
}

function hasManyScans(bytes: Buffer): boolean {
  let at = -1;
  for (let scans = 0; scans <= MOST_SCANS; scans++) {
    at = bytes.indexOf(scanMarker, at + 1);
    if (at === -1) return false;
  }
  return true;
}

function openDecoder(): Promise<Decoder | null> {
  return (load('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs') as OpenCodec)({
    printErr: () => undefined,
  }).then(
    ({ JPEGDecoder }) => new JPEGDecoder(),
    // Each WebAssembly memory reserves gigabytes of addresses, which `ulimit -v` may forbid.
    () => null,
  );
}
