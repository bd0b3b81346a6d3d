import { posix } from 'node:path';
import { byCodePoint, readableName } from '../folder/file-name';
import type { SplitWord } from '../split-word';
import { splitOf, splitWords } from '../split-word';
import type { ListedImage } from './listed-image';
import { badLine } from './listed-image';

const missing = -1;
const noSplit = 'none';
/** As in arrays and shards. */
const noLabel = '-1';

/** The images of a list as they come in, each checked: paths below the folder, classes, splits. */
export class ListedImages {
  /** Below the folder, in the list's order. */
  readonly paths: string[] = [];
  readonly #classes = new Map<string, number>();
  /** Classes by the order in which they came. */
  readonly #labels: number[] = [];
  readonly #splits: (SplitWord | typeof noSplit)[] = [];
  readonly #lines = new Map<string, number>();

  /** @param folder what paths are relative to. */
  constructor(
    private readonly file: string,
    private readonly folder: string,
  ) {}

  /** @throws FulgurError of kind `data` that names the line of an image which cannot be used. */
  take({ line, path, label, split }: ListedImage): void {
    const below = this.#below(line, path);
    const before = this.#lines.get(below);
    if (before !== undefined) {
      const does = `names ${readableName(below)}, as line ${before} does`;
      throw badLine(this.file, line, does, 'Leave one line for each image.');
    }
    this.#lines.set(below, line);
    this.paths.push(below);
    this.#labels.push(this.#classOf(line, label));
    this.#splits.push(this.#splitOf(line, split));
  }

  /** How many of the images are of a split; `none` where the list says nothing of splits. */
  count(split: SplitWord | 'none'): number {
    return this.#splits.reduce((count, one) => (one === split ? count + 1 : count), 0);
  }

  get unlabelled(): number {
    return this.#labels.reduce((count, label) => (label === missing ? count + 1 : count), 0);
  }

  /** Class names by code points, and the places in the list of the images of some splits with their classes; -1: none. */
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
      throw badLine(this.file, line, does, 'Put the list into a folder above all images.');
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
        throw badLine(this.file, line, does, `A split is one of ${splitWords}.`);
      }
      if (first !== noSplit) return known;
    }
    const does =
      split === null ? 'names no split, and lines before do' : 'names a split, and lines before do not';
    throw badLine(this.file, line, does, 'Name the split of each image, or of none.');
  }

  /** What is not UTF-8 has become a replacement character; and no file name has a zero. */
  #requireText(line: number, field: string, text: string): void {
    if (!text.includes('\ufffd') && !text.includes('\0')) return;
    throw badLine(this.file, line, `has a ${field} that is not text in UTF-8`, 'Save the list as UTF-8.');
  }
}
