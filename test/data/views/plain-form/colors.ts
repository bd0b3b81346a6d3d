import { luma, meanLuma } from './luma';

const f = Math.fround;

/** `from + factor * (to - from)` in float32, cut to a byte, as Pillow's `Image.blend`. */
function blendByte(from: number, to: number, factor: number): number {
  const blended = f(from + f(f(factor) * (to - from)));
  return Math.trunc(Math.min(Math.max(blended, 0), 255));
}

function grayOf(pixels: Uint8Array, i: number): number {
  const first = i - (i % 3);
  return luma(pixels[first]!, pixels[first + 1]!, pixels[first + 2]!);
}

export function brightness(pixels: Uint8Array, factor: number): Uint8Array {
  return pixels.map((value) => blendByte(0, value, factor));
}

export function contrast(pixels: Uint8Array, factor: number): Uint8Array {
  const mean = meanLuma(pixels);
  return pixels.map((value) => blendByte(mean, value, factor));
}

export function saturation(pixels: Uint8Array, factor: number): Uint8Array {
  return pixels.map((value, i) => blendByte(grayOf(pixels, i), value, factor));
}

export function grayscale(pixels: Uint8Array): Uint8Array {
  return pixels.map((_, i) => grayOf(pixels, i));
}

/** torchvision's `adjust_hue`: through Pillow's 8-bit HSV, with its float32 and float64 steps. */
export function hue(pixels: Uint8Array, factor: number): Uint8Array {
  const shift = Math.trunc(factor * 255);
  const out = new Uint8Array(pixels.length);
  for (let i = 0; i < out.length; i += 3) {
    const [hueByte, saturationByte, value] = toHsv(pixels[i]!, pixels[i + 1]!, pixels[i + 2]!);
    out.set(toRgb((hueByte + shift) & 255, saturationByte, value), i);
  }
  return out;
}

function toHsv(red: number, green: number, blue: number): [number, number, number] {
  const largest = Math.max(red, green, blue);
  const chroma = largest - Math.min(red, green, blue);
  if (chroma === 0) return [0, 0, largest];
  const share = (channel: number): number => f((largest - channel) / chroma);
  let sixths: number;
  if (red === largest) sixths = f(share(blue) - share(green));
  else if (green === largest) sixths = f(2 + share(red) - share(blue));
  else sixths = f(4 + share(green) - share(red));
  const turn = f((sixths / 6 + 1) % 1);
  return [Math.trunc(turn * 255), Math.trunc(f(chroma / largest) * 255), largest];
}

function toRgb(hueByte: number, saturationByte: number, value: number): [number, number, number] {
  const share = f(saturationByte / 255);
  const sixth = Math.floor((hueByte * 6) / 255);
  const rest = f((hueByte * 6) / 255 - sixth);
  const smallest = Math.round(value * (1 - share));
  const falling = Math.round(value * (1 - f(share * rest)));
  const rising = Math.round(value * (1 - share * (1 - rest)));
  const sixthColors: [number, number, number][] = [
    [value, rising, smallest],
    [falling, value, smallest],
    [smallest, value, rising],
    [smallest, falling, value],
    [rising, smallest, value],
    [value, smallest, falling],
  ];
  return sixthColors[sixth % 6]!;
}
