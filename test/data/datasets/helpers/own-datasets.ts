import { setTimeout } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import { z } from 'zod';
import { BrokenImageError, defineDataset } from '../../../../src/data';
import type { SourceImage } from '../../../../src/data';

const side = 8;

/** An image that no other index has. */
function striped(index: number, channels: 1 | 2 | 3 | 4): SourceImage {
  const data = Uint8Array.from({ length: side * side * channels }, (_, at) => (at * 7 + index * 31) % 251);
  return { width: side, height: side, channels, data };
}

/** An image that ends the loader thread which reads it, where it is that of sample 5. */
function ending(index: number): SourceImage {
  if (index === 5 && !isMainThread) process.exit(3);
  return striped(index, 3);
}

/** Stripes in three classes, of which every fourth image has none. */
export const stripes = defineDataset({
  export: 'stripes',
  options: z.strictObject({
    length: z.int().positive('must be above 0').default(20),
    channels: z.literal([1, 2, 3, 4]).default(3),
  }),
  open: ({ length, channels }) => ({
    length,
    classNames: ['a', 'b', 'c'],
    label: (index) => (index % 4 === 3 ? null : index % 3),
    sampleName: (index) => `stripe-${index}`,
    read: (index) => striped(index, channels),
  }),
});

/** The same with a test split of its own: the last five. */
export const splitStripes = defineDataset({
  module: __filename,
  export: 'splitStripes',
  hasTestSplit: true,
  open(_, { split }) {
    const [first, end] = { train: [0, 15], test: [15, 20], all: [0, 20] }[split] as [number, number];
    return { length: end - first, read: (index) => striped(first + index, 3) };
  },
});

const returned: Readonly<Record<string, (scope: { path: string | null }) => unknown>> = {
  nothing: () => undefined,
  'no length': () => ({ length: 2.5, read: () => striped(0, 3) }),
  'no samples': () => ({ length: 0, read: () => striped(0, 3) }),
  'no read': () => ({ length: 2 }),
  'class numbers': () => ({ length: 2, classNames: [1, 2], read: () => striped(0, 3) }),
  'a label too large': () => ({
    ...{ length: 2, classNames: ['a', 'b'], sampleName: (index: number) => `photo-${index}` },
    ...{ label: (index: number) => index * 2, read: () => striped(0, 3) },
  }),
  'a label without classes': () => ({ length: 2, label: () => 0, read: () => striped(0, 3) }),
  'a label that throws': () => ({
    ...{ length: 2, classNames: ['a'], read: () => striped(0, 3) },
    label: () => {
      throw new Error('no such row');
    },
  }),
  'a name that is a number': () => ({
    length: 2,
    sampleName: (index: number) => index,
    read: () => striped(0, 3),
  }),
  'too few bytes': () => ({
    length: 4,
    sampleName: (index: number) => `photo-${index}`,
    read: (index: number) => (index === 2 ? { ...striped(2, 3), channels: 4 } : striped(index, 3)),
  }),
  'no image': () => ({ length: 4, read: (index: number) => (index === 2 ? undefined : striped(index, 3)) }),
  'an image that throws': () => ({
    length: 4,
    read: (index: number) => {
      if (index === 2) throw new Error('the camera is off.');
      return striped(index, 3);
    },
  }),
  'a broken image': () => ({
    length: 4,
    read: (index: number) => {
      if (index === 2) throw new BrokenImageError('photo 2', 'the lens was covered');
      return striped(index, 3);
    },
  }),
  'the end of the thread at once': () => ({ length: 12, read: (index: number) => ending(index) }),
  'the end of the thread a little later': () => ({
    length: 12,
    read: async (index: number) => {
      await setTimeout(2);
      return ending(index);
    },
  }),
  'an error': () => {
    throw new Error('photos.csv does not exist.');
  },
  'other samples in threads': () => ({
    length: 4,
    sampleName: (index: number) => `${index}${isMainThread ? '' : ' of a thread'}`,
    read: (index: number) => striped(index, 3),
  }),
  'other labels in threads': () => ({
    ...{ length: 4, classNames: ['a', 'b'] },
    label: (index: number) => (index + (isMainThread ? 0 : 1)) % 2,
    read: (index: number) => striped(index, 3),
  }),
};

/** Memory that is filled again for each image. */
const scratch = new Uint8Array(side * side * 3);

/** The images of `stripes`, all in the same memory, which is there at once or a little later. */
export const stripesInOnePlace = defineDataset({
  export: 'stripesInOnePlace',
  options: z.strictObject({ late: z.boolean() }),
  open: ({ late }) => ({
    ...{ length: 20, classNames: ['a', 'b', 'c'], sampleName: (index: number) => `stripe-${index}` },
    label: (index) => (index % 4 === 3 ? null : index % 3),
    read: (index) => {
      const image = (): SourceImage => {
        scratch.set(striped(index, 3).data);
        return { width: side, height: side, data: scratch };
      };
      return late ? new Promise((resolve) => setImmediate(() => resolve(image()))) : image();
    },
  }),
});

/** A data set that does what the option says. */
export const odd = defineDataset({
  module: __filename,
  export: 'odd',
  options: z.strictObject({ gives: z.string() }),
  open: ({ gives }, scope) => returned[gives]?.(scope) as never,
});

/** Splits that were closed, in this thread. */
export const closed: string[] = [];

/** Says when it is closed. */
export const closable = defineDataset({
  ...{ export: 'closable', hasTestSplit: true },
  open: (_, { split }) => ({
    length: 4,
    read: (index) => striped(index, 3),
    close: () => void closed.push(split),
  }),
});

/** Its export has another name. */
export const misnamed = defineDataset({
  export: 'elsewhere',
  open: () => ({ length: 4, read: (index) => striped(index, 3) }),
});
