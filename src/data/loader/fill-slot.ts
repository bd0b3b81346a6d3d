import type { ErrorParts } from '../../errors';
import { FulgurError } from '../../errors';
import type { ImageDataset } from '../datasets';
import { BrokenImageError, reasonOf, stackOf } from '../datasets/data-errors';
import type { Image } from '../image';
import type { SourceImage } from '../source-image';
import { rgbOf } from '../source-image';
import type { ViewTransform } from '../views';
import type { Slot, SlotShape } from './slot';
import { blockStarts, viewLength } from './slot';

/** What an unreadable image does: it fails the run, or it is skipped. */
export type BrokenImageRule = 'error' | 'skip';

/** Some consecutive places of a batch and the samples that belong there. */
export interface FillTask {
  readonly epoch: number;
  /** First place. */
  readonly from: number;
  /** The data set index for each place from `from` on. */
  readonly indices: Uint32Array;
}

/** An image that could not be read and was left out. */
export interface SkippedImage {
  readonly index: number;
  readonly reason: string;
}

/** Why a task failed. */
export interface FillFailure {
  readonly during: 'reading' | 'conversion' | 'transform';
  readonly index: number;
  readonly reason: string;
  readonly stack: string;
  /** Whether the data set reported a broken image, which another one may replace. */
  readonly isBroken: boolean;
  /** The data set's own error, if it is not that the image is broken. */
  readonly told?: Pick<ErrorParts, 'what' | 'why' | 'fix'>;
}

export interface FillResult {
  readonly skipped: readonly SkippedImage[];
  readonly failure: FillFailure | null;
}

/** Everything needed for filling besides the task and the memory; one per thread. */
export interface FillTools {
  readonly dataset: ImageDataset;
  readonly transform: ViewTransform;
  readonly shape: SlotShape;
  readonly seed: number;
  readonly onBrokenImage: BrokenImageRule;
  /** Called with each sample before it is read, transformed or waited for. */
  readonly onSample?: (index: number) => void;
}

/**
 * Reads and transforms the samples of a task into a slot. The next image is read while one is being transformed. The
 * result depends on the task, the data set and the seed alone.
 */
export async function fillSlot(tools: FillTools, task: FillTask, slot: Slot): Promise<FillResult> {
  const skipped: SkippedImage[] = [];
  const place: ReadPlace = { index: 0 };
  const starts = blockStarts(tools.shape);
  let next = readUsable(tools, task.indices[0] ?? 0, place);
  for (let position = 0; position < task.indices.length; position++) {
    const found = await next;
    if (position + 1 < task.indices.length) next = readUsable(tools, task.indices[position + 1] ?? 0, place);
    skipped.push(...found.skipped);
    if (found.image === null) {
      await next;
      return { skipped, failure: found.failure };
    }
    tools.onSample?.(found.index);
    const failure = transformInto(tools, task, position, found.image, { slot, starts });
    // The transform runs synchronously: from here on, only the image being read can make the thread die.
    tools.onSample?.(place.index);
    if (failure !== null) {
      await next;
      return { skipped, failure };
    }
    slot.filled[task.from + position] = found.index;
  }
  return { skipped, failure: null };
}

/** Transforms an image into a place of a task's slot; returns the failure, or `null`. */
export function transformInto(
  { transform, shape, seed }: Pick<FillTools, 'transform' | 'shape' | 'seed'>,
  { epoch, from, indices }: FillTask,
  position: number,
  image: Image,
  { slot, starts }: { readonly slot: Slot; readonly starts: readonly number[] },
): FillFailure | null {
  const index = indices[position] ?? 0;
  const offsets = shape.views.map((size, view) => (starts[view] ?? 0) + (from + position) * viewLength(size));
  try {
    transform.apply(image, { seed, epoch, index }, slot.pixels, offsets);
    return null;
  } catch (error) {
    return failureOf('transform', index, error);
  }
}

type Reading =
  | { readonly image: Image; readonly index: number; readonly skipped: readonly SkippedImage[] }
  | { readonly image: null; readonly failure: FillFailure; readonly skipped: readonly SkippedImage[] };

/** The sample last requested from the data set. */
interface ReadPlace {
  index: number;
}

/** Reads the image at an index or, if it is broken and may be skipped, the next readable one. */
export async function readUsable(
  { dataset, onBrokenImage, onSample }: Pick<FillTools, 'dataset' | 'onBrokenImage' | 'onSample'>,
  wanted: number,
  place: ReadPlace = { index: wanted },
): Promise<Reading> {
  const skipped: SkippedImage[] = [];
  for (let offset = 0; ; offset++) {
    const index = (wanted + offset) % dataset.length;
    place.index = index;
    onSample?.(index);
    let source: SourceImage;
    try {
      source = await dataset.read(index);
    } catch (error) {
      const failure = failureOf('reading', index, error);
      const mayGoOn = onBrokenImage === 'skip' && failure.isBroken;
      if (!mayGoOn || offset + 1 === dataset.length) return { image: null, failure, skipped };
      skipped.push({ index, reason: failure.reason });
      continue;
    }
    try {
      return { image: rgbOf(source), index, skipped };
    } catch (error) {
      // An error of the data set, not of a file, so no other image replaces it.
      return { image: null, failure: failureOf('conversion', index, error), skipped };
    }
  }
}

function failureOf(during: FillFailure['during'], index: number, error: unknown): FillFailure {
  const isBroken = error instanceof BrokenImageError;
  const reason = isBroken ? error.reason : reasonOf(error);
  const failure = { during, index, reason, stack: stackOf(error), isBroken };
  if (!(error instanceof FulgurError) || isBroken) return failure;
  const { what, why, fix } = error;
  return { ...failure, told: { what, why, fix } };
}
