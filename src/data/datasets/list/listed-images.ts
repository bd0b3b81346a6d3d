import { posix } from 'node:path';
import { byCodePoint, readableName } from '../folder/file-name';
import type { SplitWord } from '../split-word';
import { splitOf, splitWords } from '../split-word';
import type { ListedImage } from './listed-image';
import { badLine } from './listed-image';

const missing = -1;
const noSplit = 'none';
/** Same limit as for arrays and shards. */
const noLabel = '-1';

/** Collects and checks the images of a list: paths below the folder, classes and splits. */
export class ListedImages {
  /** Paths relative to the folder, in the list's order. */
  readonly paths: string[] = [];
  readonly #classes = new Map<string, number>();
  /** Classes in order of appearance. */
  readonly #labels: number[] = [];
  readonly #splits: (SplitWord | typeof noSplit)[] = [];
  readonly #lines = new Map<string, number>();

  /** @param folder the folder that paths are relative to. */
  constructor(
    private readonly file: string,
    private readonly folder: string,
  ) {}

  /** @throws FulgurError of kind `data` naming the line of an unusable image. */
  take({ line, path, label, split }: ListedImage): void {
    const below = this.#below(line, path);
    const before = this.#lines.get(below);
    if (before !== undefined) {
      const does = `names ${readableName(below)}, as does line ${before}`;
      throw badLine(this.file, line, does, 'Keep one line per image.');
    }
    this.#lines.set(below, line);
    this.paths.push(below);
    this.#labels.push(this.#classOf(line, label));
    this.#splits.push(this.#splitOf(line, split));
  }

  /** Returns the number of images per split; `none` if the list names no splits. */
  count(split: SplitWord | 'none'): number {
    return this.#splits.reduce((count, one) => (one === split ? count + 1 : count), 0);
  }

  get unlabelled(): number {
    return this.#labels.reduce((count, label) => (label === missing ? count + 1 : count), 0);
  }

  /**
   * Returns class names sorted by code points, and the images of some splits: their positions in the list and their
   * classes, -1 for none.
   */
  chosen(splits: readonly string[]): { classNames: string[]; places: number[]; labels: number[] } {
    const classNames = [...this.#classes.keys()].sort(byCodePoint);
    const sorted = new Map(classNames.map((name, label) => [this.#classes.get(name), label]));
    const places = [...this.paths.keys()].filter((place) => splits.includes(this.#splits[place] ?? noSplit));
    return { classNames, places, labels: places.map((place) => sorted.get(this.#labels[place]) ?? missing) };
  }

  #below(line: number, path: string): string {
    if (path === '') throw badLine(this.file, line, 'names no path', 'Give each image a path.');
    this.#requireText(line, 'path', path);
    const below = posix.relative(this.folder, posix.resolve(this.folder, path));
    if (below === '' || below === '..' || below.startsWith('../')) {
      const does = `names ${readableName(path)}, which is not below the list's folder ${readableName(this.folder)}`;
      throw badLine(this.file, line, does, 'Move the list to a folder above all images.');
    }
    return below;
  }

  #classOf(line: number, label: string | null): number {
    if (label === null || label === '' || label === noLabel) return missing;
    this.#requireText(line, 'label', label);
    const known = this.#classes.get(label) ?? this.#classes.size;
    this.#classes.set(label, known);
    return known;
  }

  #splitOf(line: number, split: string | null): SplitWord | typeof noSplit {
    const first = this.#splits[0];
    if (split === null) {
      if (first === undefined || first === noSplit) return noSplit;
    } else {
      const known = splitOf(split);
      if (known === null) {
        const does = split === '' ? 'names no split' : `has the split ${JSON.stringify(split.slice(0, 40))}`;
        throw badLine(this.file, line, does, `Use one of the splits ${splitWords}.`);
      }
      if (first !== noSplit) return known;
    }
    const does =
      split === null ? 'names no split, but earlier lines do' : 'names a split, but earlier lines do not';
    throw badLine(this.file, line, does, 'Name the split of every image or of none.');
  }

  /** Bytes that are not UTF-8 have become replacement characters, and no file name contains a zero. */
  #requireText(line: number, field: string, text: string): void {
    if (!text.includes('\ufffd') && !text.includes('\0')) return;
    throw badLine(this.file, line, `has a ${field} that is not text in UTF-8`, 'Save the list as UTF-8.');
  }
}
