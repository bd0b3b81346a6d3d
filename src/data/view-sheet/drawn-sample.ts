import type { ImageDataset } from '../datasets';
import type { Image } from '../image';
import type { BrokenImageRule } from '../loader/fill-slot';
import { readUsable, transformInto } from '../loader/fill-slot';
import { sampleFailed } from '../loader/loader-errors';
import type { Slot, SlotShape } from '../loader/slot';
import { allocateSlot, blockStarts, viewLength } from '../loader/slot';
import type { NormalizeOptions, ViewDraws, ViewTransform } from '../views';
import { PlainView } from '../views/plain';

/** A view converted back to an image, and how it was made. */
export interface DrawnView extends Image {
  /** `null` if the transform does not report it. */
  readonly draws: Omit<ViewDraws, 'normalize'> | null;
  /** Whether the darkest level was mapped to black and the lightest to white because the normalisation is unknown. */
  readonly isStretched: boolean;
}

/** A sample with its views. */
export interface DrawnSample {
  /** Its index in the data set. */
  readonly index: number;
  readonly name: string;
  /** `null` if unknown. */
  readonly class: string | null;
  readonly original: Image;
  readonly views: readonly DrawnView[];
}

/** The data and the transform from which samples are drawn. */
export interface DrawingTools {
  readonly dataset: ImageDataset;
  readonly transform: ViewTransform;
  readonly seed: number;
  readonly onBrokenImage: BrokenImageRule;
}

/** Draws samples like the loader, one at a time. */
export class SampleDrawer {
  readonly #shape: SlotShape;
  readonly #slot: Slot;

  constructor(private readonly tools: DrawingTools) {
    this.#shape = { batchSize: 1, views: tools.transform.views };
    this.#slot = allocateSlot(this.#shape);
  }

  /**
   * @param wanted index of the sample; if it is broken and broken ones are skipped, another one replaces it.
   * @throws FulgurError `data` like the loader.
   */
  async draw(wanted: number, epoch: number): Promise<DrawnSample> {
    const { dataset, transform, seed, onBrokenImage } = this.tools;
    const found = await readUsable(this.tools, wanted);
    if (found.image === null) throw sampleFailed(dataset, found.failure, onBrokenImage);
    const { image: original, index } = found;
    // As in the loader, the draws are those of the requested sample.
    const task = { epoch, from: 0, indices: Uint32Array.of(wanted) };
    const memory = { slot: this.#slot, starts: blockStarts(this.#shape) };
    const failure = transformInto({ transform, seed, shape: this.#shape }, task, 0, original, memory);
    if (failure !== null) throw sampleFailed(dataset, failure, onBrokenImage);
    const draws = transform.draws?.(original, { seed, epoch, index: wanted }) ?? null;
    const label = dataset.label(index);
    return {
      ...{ index, original, name: dataset.sampleName(index) },
      class: label === null ? null : (dataset.classNames[label] ?? String(label)),
      views: transform.views.map((size, view) => {
        const start = memory.starts[view] ?? 0;
        const levels = this.#slot.pixels.subarray(start, start + viewLength(size));
        const own = draws?.[view] ?? null;
        return { ...size, ...imageOf(levels, own ?? normalizationOf(transform)), draws: own };
      }),
    };
  }
}

/** If a transform does not report its draws, its evaluation form may report how it normalises. */
function normalizationOf(transform: ViewTransform): Pick<ViewDraws, 'normalize'> | null {
  const form = transform.plain();
  return form instanceof PlainView ? { normalize: form.normalize } : null;
}

function imageOf(
  levels: Float32Array,
  known: Pick<ViewDraws, 'normalize'> | null,
): Pick<DrawnView, 'data' | 'isStretched'> {
  const { mean, std } = known === null ? stretching(levels) : (known.normalize ?? unchanged);
  const data = Uint8ClampedArray.from(
    levels,
    (level, at) => (level * (std[at % 3] ?? 1) + (mean[at % 3] ?? 0)) * 255,
  );
  return { data: new Uint8Array(data.buffer), isStretched: known === null };
}

const unchanged: NormalizeOptions = { mean: [0, 0, 0], std: [1, 1, 1] };

/** The mean and deviation with which the levels would range from black to white. */
function stretching(levels: Float32Array): NormalizeOptions {
  let [least, most] = [Infinity, -Infinity];
  for (const level of levels) {
    if (level < least) least = level;
    if (level > most) most = level;
  }
  const range = most > least ? 1 / (most - least) : 1;
  const shift = -least * range;
  return { mean: [shift, shift, shift], std: [range, range, range] };
}
