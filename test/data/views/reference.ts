import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Image } from '../../../src/data/image';
import type { ViewPlan } from '../../../src/data/views/view-plan';
import { unchangedPlan } from '../../../src/data/views/view-plan';

interface StoredReference {
  readonly images: Readonly<Record<string, { height: number; width: number; data: string }>>;
  readonly cases: readonly {
    name: string;
    image: string;
    height: number;
    width: number;
    plan: Partial<ViewPlan>;
    out: string;
  }[];
  readonly plain: readonly { image: string; size: number; out: string }[];
}

const stored = JSON.parse(
  readFileSync(join(__dirname, 'data', 'reference-views.json'), 'utf8'),
) as StoredReference;

export function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

export function imageNamed(name: string): Image {
  const image = stored.images[name]!;
  return { ...image, data: bytesOf(image.data) };
}

/** What torchvision and Pillow made of plans. */
export const viewCases = stored.cases.map(({ plan, ...others }) => ({
  ...others,
  plan: { ...unchangedPlan(others.height, others.width), ...plan },
}));

/** What torchvision's Resize, CenterCrop, ToTensor and Normalize made of images: float32 `[size, size, 3]`. */
export const plainCases = stored.plain.map(({ image, size, out }) => ({
  image,
  size,
  out: new Float32Array(bytesOf(out).buffer),
}));
