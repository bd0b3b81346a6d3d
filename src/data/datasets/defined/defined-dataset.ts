import { createHash } from 'node:crypto';
import type { Json } from '../../../contracts';
import { FulgurError, messageOf, valueText } from '../../../errors';
import type { GrayRange } from '../../decoding';
import type { SourceImage } from '../../source-image';
import type { DatasetSpec, ImageDataset, Split } from '../image-dataset';
import { labelAt, unlabelled } from '../labels';
import { requireIndex } from '../require-index';
import type { OpenedImages } from './define-dataset';

/** What a loader thread needs to reopen the user's own data set. */
export interface DefinedSpec extends DatasetSpec {
  readonly kind: 'defined';
  readonly module: string;
  readonly export: string;
  readonly options: Json;
  readonly split: Split;
  readonly path: string | null;
  readonly maxImagePixels: number;
  readonly grayRange: GrayRange | null;
  /** A digest of the class names and of every sample's name and label: each thread must find the same images. */
  readonly digest: string;
}

/** What is known about an opened data set besides its images. */
export type Opening = Omit<DefinedSpec, 'digest'> & { readonly name: string; readonly hasTestSplit: boolean };

/** The user's own data set: what its `open` returned, checked. */
export class DefinedDataset implements ImageDataset {
  readonly name: string;
  readonly split: Split;
  readonly origin: string;
  readonly length: number;
  readonly classNames: readonly string[];
  readonly hasTestSplit: boolean;
  readonly spec: DefinedSpec;
  readonly #images: OpenedImages;
  readonly #labels: Int32Array;

  /** @throws FulgurError of kind `data` naming what `open` returned and the sample. */
  constructor({ name, hasTestSplit, ...spec }: Opening, images: OpenedImages) {
    requireImages(name, images);
    this.name = name;
    this.split = spec.split;
    this.origin = spec.path ?? name;
    this.length = images.length;
    this.classNames = images.classNames ?? [];
    this.hasTestSplit = hasTestSplit;
    this.#images = images;
    const digest = createHash('sha256').update(JSON.stringify(this.classNames));
    for (let index = 0; index < this.length; index++) digest.update(`${this.#checkedName(index)}\n`);
    this.#labels = Int32Array.from({ length: this.length }, (_, index) => this.#checkedLabel(index));
    digest.update(this.#labels);
    this.spec = { ...spec, digest: digest.digest('hex') };
  }

  label(index: number): number | null {
    requireIndex(this, index);
    return labelAt(this.#labels, index);
  }

  describe(index: number): string {
    return `sample ${this.sampleName(index)} of ${this.name} (${this.split})`;
  }

  sampleName(index: number): string {
    return this.#images.sampleName?.(index) ?? String(index);
  }

  /** Returns a copy, because the user's `read` may reuse its memory, and the next image is read while this one is in use. */
  read(index: number): SourceImage | Promise<SourceImage> {
    requireIndex(this, index);
    const image = this.#images.read(index);
    return image instanceof Promise ? image.then(ownPixels) : ownPixels(image);
  }

  async close(): Promise<void> {
    await this.#images.close?.();
  }

  #checkedName(index: number): string {
    let name: unknown;
    try {
      name = this.sampleName(index);
    } catch (cause) {
      throw wrong(this.name, `threw for the name of sample ${index}: ${messageOf(cause)}`, cause);
    }
    if (typeof name === 'string') return name;
    throw wrong(this.name, `gave sample ${index} the name ${valueText(name)}, which is not a string`);
  }

  #checkedLabel(index: number): number {
    let label: unknown;
    try {
      label = this.#images.label?.(index) ?? null;
    } catch (cause) {
      throw wrong(
        this.name,
        `threw for the label of sample ${this.sampleName(index)}: ${messageOf(cause)}`,
        cause,
      );
    }
    if (label === null) return unlabelled;
    const classes = this.classNames.length;
    if (Number.isInteger(label) && (label as number) >= 0 && (label as number) < classes)
      return label as number;
    const limits =
      classes === 0 ? 'it has no class names' : `labels are null or whole numbers from 0 to ${classes - 1}`;
    throw wrong(
      this.name,
      `gave sample ${this.sampleName(index)} the label ${valueText(label)}, but ${limits}`,
    );
  }
}

/**
 * Copies the pixels of an image so that nobody else writes to them; anything else is left as it is, for `rgbOf` to
 * reject.
 */
function ownPixels(image: SourceImage): SourceImage {
  const { data } = (image as Partial<SourceImage> | null | undefined) ?? {};
  if (data instanceof Uint8Array) return { ...image, data: new Uint8Array(data) };
  return data instanceof Uint16Array ? { ...image, data: new Uint16Array(data) } : image;
}

function requireImages(name: string, images: unknown): asserts images is OpenedImages {
  if (typeof images !== 'object' || images === null) {
    throw wrong(name, `returned ${valueText(images)} from open, not an object with length and read`);
  }
  const { length, read, classNames, label, sampleName, close } = images as Record<string, unknown>;
  if (!Number.isInteger(length) || (length as number) < 0 || (length as number) > mostSamples) {
    throw wrong(
      name,
      `returned the length ${valueText(length)} from open, which is not a whole number of samples`,
    );
  }
  if (length === 0) throw wrong(name, 'returned no samples from open');
  const areNames = Array.isArray(classNames) && classNames.every((one) => typeof one === 'string');
  if (classNames !== undefined && !areNames) {
    throw wrong(name, 'returned classNames from open that are not a list of strings');
  }
  if (typeof read !== 'function') throw wrong(name, 'did not return a function read from open');
  for (const [key, value] of Object.entries({ label, sampleName, close })) {
    if (value !== undefined && typeof value !== 'function') {
      throw wrong(name, `returned a ${key} from open that is not a function`);
    }
  }
}

/** Indices travel as 32-bit numbers. */
const mostSamples = 2 ** 32 - 1;

function wrong(name: string, finding: string, cause?: unknown): FulgurError {
  return new FulgurError('data', {
    what: `The data set ${name} ${finding}.`,
    fix: `Correct the definition of ${name} given to defineDataset.`,
    cause,
  });
}
