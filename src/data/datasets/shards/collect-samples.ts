import { posix } from 'node:path';
import { reasonOf } from '../data-errors';
import { readableName } from '../folder/file-name';
import { imageExtensions } from '../folder/read-image-file';
import type { ShardEntry } from './scan-shard';
import type { ShardBytes } from './shard-bytes';
import { badShard } from './shard-error';
import { TAR_BLOCK } from './tar-header';

/** A sample's class according to a shard: its number, its name, or nothing. */
export type ShardLabel = number | string | null;

/** An image in a shard, and where it is. */
export interface ShardSample {
  /** The path of its files up to the first dot in their names. */
  readonly key: string;
  readonly headerAt: number;
  readonly headerSum: number;
  /** Size of the image file in bytes. */
  readonly size: number;
  readonly label: ShardLabel;
}

/** The unused contents of a shard. */
export interface PassedOver {
  /** Entries that link to another file. */
  readonly links: number;
  /** Labels without an image. */
  readonly withoutImage: number;
  /** Images with a second dot in their names, such as `a.v2.png`, whose samples therefore have no image. */
  readonly dotted: number;
}

const extensions: ReadonlySet<string> = new Set(imageExtensions.map((extension) => extension.slice(1)));
const MOST_CLS_BYTES = 256;
const MOST_JSON_BYTES = 1 << 24;
const fileTypes: ReadonlySet<string> = new Set(['0', '7']);
const linkTypes: ReadonlySet<string> = new Set(['1', '2']);

interface Draft {
  image?: ShardEntry;
  cls?: ShardLabel;
  json?: ShardLabel;
  /** Images with more than an extension after the key. */
  dotted?: number;
}

/** Groups the entries of a shard: those with the same key are one sample, wherever they are. */
export class SampleCollector {
  readonly #drafts = new Map<string, Draft>();
  #links = 0;

  constructor(
    private readonly file: string,
    private readonly bytes: ShardBytes,
  ) {}

  /** @throws FulgurError of kind `data` naming an unusable sample. */
  take(entry: ShardEntry): void {
    const { key, extension } = keyOf(entry.name);
    const isImage = extensions.has(extension);
    const isDotted = !isImage && extensions.has(extension.slice(extension.lastIndexOf('.') + 1));
    if (key === null || !(isImage || isDotted || extension === 'cls' || extension === 'json')) return;
    if (entry.isSparse && isImage) throw this.#bad(key, 'is a sparse file', 'Write it as an ordinary file.');
    if (linkTypes.has(entry.type)) this.#links += isImage ? 1 : 0;
    if (!fileTypes.has(entry.type)) return;
    const draft = this.#drafts.get(key) ?? {};
    if (isImage) {
      if (draft.image !== undefined)
        throw this.#bad(key, 'has two images', 'Give each image a key of its own.');
      draft.image = entry;
    } else if (isDotted) draft.dotted = (draft.dotted ?? 0) + 1;
    else {
      if (draft[extension as 'cls' | 'json'] !== undefined)
        throw this.#bad(key, `has two .${extension} files`, 'Keep only one of them.');
      if (extension === 'cls') draft.cls = this.#cls(key, entry);
      else draft.json = this.#json(key, entry);
    }
    this.#drafts.set(key, draft);
  }

  /** The images in the shard's order. */
  samples(): ShardSample[] {
    const samples: ShardSample[] = [];
    for (const [key, { image, cls, json }] of this.#drafts) {
      if (image === undefined) continue;
      const { headerAt, headerSum, size } = image;
      samples.push({ key, headerAt, headerSum, size, label: cls ?? json ?? null });
    }
    return samples.sort((a, b) => a.headerAt - b.headerAt);
  }

  passedOver(): PassedOver {
    const unused = [...this.#drafts.values()].filter(({ image }) => image === undefined);
    const withoutImage = unused.filter(({ cls, json }) => cls !== undefined || json !== undefined).length;
    const dotted = unused.reduce((sum, { dotted = 0 }) => sum + dotted, 0);
    return { links: this.#links, withoutImage, dotted };
  }

  #cls(key: string, { headerAt, size }: ShardEntry): ShardLabel {
    const text =
      size > MOST_CLS_BYTES
        ? ''
        : this.bytes
            .at(headerAt + TAR_BLOCK, size)
            .toString('latin1')
            .trim();
    if (/^-1$/.test(text)) return null;
    if (/^\d{1,9}$/.test(text)) return Number(text);
    throw this.#bad(
      key,
      'has a .cls file that is not a whole number',
      'Write the number of the class into it.',
    );
  }

  #json(key: string, { headerAt, size }: ShardEntry): ShardLabel {
    if (size > MOST_JSON_BYTES) {
      throw this.#bad(key, `has a .json file of ${size} bytes`, 'Store the label in a .cls file.');
    }
    const value = this.#parsed(key, this.bytes.at(headerAt + TAR_BLOCK, size));
    if (typeof value !== 'object' || value === null) return null;
    const { label = null } = value as { label?: unknown };
    if (label === null || label === -1) return null;
    if (typeof label === 'string' && label !== '') return label;
    if (Number.isInteger(label) && (label as number) >= 0 && (label as number) < 1e9) return label as number;
    const fix = 'Write the number or the name of the class into it: {"label": 3}.';
    throw this.#bad(key, 'has a label in its .json file that is neither a number nor a name', fix);
  }

  #parsed(key: string, bytes: Buffer): unknown {
    try {
      return JSON.parse(bytes.toString('utf8')) as unknown;
    } catch (error) {
      const does = `has a .json file that is not JSON: ${reasonOf(error).slice(0, 200)}`;
      throw this.#bad(key, does, 'Correct it, or remove it.', error);
    }
  }

  #bad(key: string, does: string, fix: string, cause?: unknown): Error {
    return badShard(
      this.file,
      `contains the key ${readableName(key.slice(0, 200))}, which ${does}`,
      fix,
      cause,
    );
  }
}

/** Returns the key of an entry, up to the first dot of its base name, and the rest after it; no key for hidden files. */
function keyOf(name: string): { key: string | null; extension: string } {
  const base = posix.basename(name);
  const dot = base.indexOf('.');
  if (dot <= 0) return { key: null, extension: '' };
  const folder = posix.dirname(posix.normalize(name));
  return { key: posix.join(folder, base.slice(0, dot)), extension: base.slice(dot + 1).toLowerCase() };
}
