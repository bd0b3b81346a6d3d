import { readableName } from './file-name';

const dotted = 'with a dot before the name';
const most = 5;

/** The unused contents of a folder. */
export interface Passed {
  readonly hiddenImages: number;
  readonly hiddenFolders: number;
  /** Extensions of the other files, except hidden ones. */
  readonly others: readonly string[];
}

/** Counts the unused contents of a folder of images, for a message of one sentence. */
export class LeftOut {
  /** Counts by noun and place. */
  readonly #counts = new Map<string, number>();
  readonly #others = new Map<string, number>();
  /** Whether images are left out, not only other files. */
  hasImages = false;

  /** Adds images that are not part of the data set, and where they are: `beside the class folders`. */
  images(where: string, count: number): void {
    if (count > 0) this.hasImages = true;
    this.#count('image', where, count);
  }

  /** Adds the unused contents of one folder: images and folders whose names start with a dot, and other files. */
  passedOver({ hiddenImages, hiddenFolders, others }: Passed): void {
    this.images(dotted, hiddenImages);
    this.#count('folder', dotted, hiddenFolders);
    for (const extension of others) {
      const kind = extension === '' ? 'without an extension' : readableName(extension);
      this.#others.set(kind, (this.#others.get(kind) ?? 0) + 1);
    }
  }

  /** Returns `Left out of photos: 12 images beside the class folders; 3 other files (2 .txt, 1 .md).`, or `null`. */
  sentence(root: string): string | null {
    const parts = [...this.#counts].map(([what, count]) => {
      const [noun = '', where = ''] = what.split('\n');
      return `${amount(count, noun)} ${where}`;
    });
    const total = [...this.#others.values()].reduce((sum, count) => sum + count, 0);
    if (total > 0) parts.push(`${amount(total, 'other file')} (${this.#kinds()})`);
    return parts.length === 0 ? null : `Left out of ${readableName(root)}: ${parts.join('; ')}.`;
  }

  #count(noun: string, where: string, count: number): void {
    const what = `${noun}\n${where}`;
    if (count > 0) this.#counts.set(what, (this.#counts.get(what) ?? 0) + count);
  }

  #kinds(): string {
    const sorted = [...this.#others].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    const named = sorted.slice(0, most).map(([kind, count]) => `${count} ${kind}`);
    const rest = sorted.slice(most).reduce((sum, [, count]) => sum + count, 0);
    return [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
  }
}

function amount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
