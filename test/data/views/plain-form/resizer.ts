import type { Image } from '../../../../src/data/image';
import type { ViewPlan } from '../../../../src/data/views/view-plan';
import type { CropBox } from '../../../../src/data/views/kernels/crop-box';
import { AxisFilter, WEIGHT_BITS } from './axis-filter';

const HALF = 1 << (WEIGHT_BITS - 1);

/** Crops, resizes and flips, one sum after the other: Pillow's two passes, in Pillow's order. */
export function resize(
  image: Image,
  { crop, interpolation, horizontalFlip, verticalFlip }: ViewPlan,
  height: number,
  width: number,
): Uint8Array {
  if (crop === null) throw new Error('Only crops have a plain form.');
  const across = new AxisFilter();
  const down = new AxisFilter();
  const whole = { first: 0, interpolation };
  across.prepare({ ...whole, inSize: crop.width, outSize: width, count: width, mirrored: horizontalFlip });
  down.prepare({ ...whole, inSize: crop.height, outSize: height, count: height, mirrored: verticalFlip });
  const source = cut(image, crop);
  const shrunk = crop.height - height;
  if (shrunk > 0 && shrunk > 2 * (crop.width - width)) {
    return filterRows(filterColumns(source, crop.width, down, height), height, across, width);
  }
  return filterColumns(filterRows(source, crop.height, across, width), width, down, height);
}

function cut({ data, width }: Image, crop: CropBox): Uint8Array {
  const out = new Uint8Array(crop.height * crop.width * 3);
  for (let y = 0; y < crop.height; y++) {
    const from = ((crop.top + y) * width + crop.left) * 3;
    out.set(data.subarray(from, from + crop.width * 3), y * crop.width * 3);
  }
  return out;
}

function filterRows(
  data: Uint8Array,
  height: number,
  { starts, weights, taps }: AxisFilter,
  width: number,
): Uint8Array {
  const out = new Uint8Array(height * width * 3);
  const row = data.length / height;
  for (let i = 0; i < out.length; i++) {
    const x = Math.floor(i / 3) % width;
    const from = Math.floor(i / 3 / width) * row + starts[x]! * 3 + (i % 3);
    let sum = HALF;
    for (let tap = 0; tap < taps; tap++) sum += data[from + tap * 3]! * weights[x * taps + tap]!;
    out[i] = Math.min(Math.max(sum >> WEIGHT_BITS, 0), 255);
  }
  return out;
}

function filterColumns(
  data: Uint8Array,
  width: number,
  { starts, weights, taps }: AxisFilter,
  height: number,
): Uint8Array {
  const row = width * 3;
  const out = new Uint8Array(height * row);
  for (let i = 0; i < out.length; i++) {
    const y = Math.floor(i / row);
    const from = starts[y]! * row + (i % row);
    let sum = HALF;
    for (let tap = 0; tap < taps; tap++) sum += data[from + tap * row]! * weights[y * taps + tap]!;
    out[i] = Math.min(Math.max(sum >> WEIGHT_BITS, 0), 255);
  }
  return out;
}
