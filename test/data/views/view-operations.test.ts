import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ViewPlan } from '../../../src/data/views/view-plan';
import { unchangedPlan } from '../../../src/data/views/view-plan';
import { ViewRenderer } from '../../../src/data/views/view-renderer';
import { bytesOf } from './reference';

interface StoredImage {
  readonly height: number;
  readonly width: number;
  readonly data: string;
}

interface StoredCase {
  readonly op: 'resizedCrop' | 'resizeShorterThenCentreCrop' | 'rotate' | 'solarize';
  readonly params: {
    readonly [Name in 'top' | 'left' | 'height' | 'width' | 'degrees' | 'threshold']: number;
  } & { readonly interpolation: ViewPlan['interpolation'] };
  readonly in: StoredImage;
  readonly out: StoredImage;
}

/** Written by bench/peer/view_operations.py: what Pillow 13 made of images of 1 to 24 pixels a side. */
const { cases } = JSON.parse(readFileSync(join(__dirname, 'data', 'reference-operations.json'), 'utf8')) as {
  cases: StoredCase[];
};

const plans: Readonly<Record<StoredCase['op'], (params: StoredCase['params']) => Partial<ViewPlan>>> = {
  resizedCrop: ({ top, left, height, width, interpolation }) => ({
    crop: { top, left, height, width },
    interpolation,
  }),
  resizeShorterThenCentreCrop: ({ interpolation }) => ({ crop: null, interpolation }),
  rotate: ({ degrees }) => ({ rotation: degrees }),
  solarize: ({ threshold }) => ({ solarizeThreshold: threshold }),
};

it.each(Object.keys(plans))('%s gives the bytes of torchvision and Pillow', (op) => {
  const ofOperation = cases.filter((stored) => stored.op === op);
  expect(ofOperation).toHaveLength(15);
  for (const { params, in: from, out } of ofOperation) {
    const plan = { ...unchangedPlan(from.height, from.width), ...plans[op as StoredCase['op']](params) };
    const image = { ...from, data: bytesOf(from.data) };
    const bytes = new ViewRenderer(out.height, out.width).render(image, plan);
    expect({ params, bytes: Buffer.from(bytes).toString('base64') }).toEqual({ params, bytes: out.data });
  }
});
