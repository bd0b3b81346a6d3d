import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { writeWhole } from '../../src';
import type { LoggedImage, MetricRow } from '../../src';
import { imageFile } from '../shared/image-file';
import { jsonLine, parseObject, wholeLines } from '../shared/json-lines';
import { RowSink } from '../shared/row-logger';

/** A row with the time at which it was logged, in milliseconds since 1970. */
export interface JournalRow extends MetricRow {
  readonly time: number;
}

/** A picture with the time at which it was published. Its PNG is a file beside the journal. */
export interface JournalImage extends Pick<LoggedImage, 'name' | 'epoch' | 'step'> {
  readonly kind: 'image';
  readonly time: number;
  /** Path below the folder of pictures, and below `images` on the server. */
  readonly file: string;
}

/** Rows and pictures for the server, in order. */
export type JournalEntry = JournalRow | JournalImage;

type WaitingEntry = JournalRow | (JournalImage & { readonly png: Uint8Array });

/**
 * The file of all rows for the server. Rows that a resumed run sends again have the same times, by which MLflow
 * recognises them; and a point that a killed run recorded after its checkpoint is not recorded again, since MLflow
 * cannot delete the point that it may have received.
 */
export class Journal extends RowSink<WaitingEntry> {
  /** Points of earlier starts that may be logged again. */
  private readonly known = new Set<string>();

  /**
   * @param images the folder of pictures.
   * @param onWritten receives the rows and pictures that are in the file.
   */
  constructor(
    path: string,
    private readonly images: string,
    private readonly onWritten: (entries: readonly JournalEntry[]) => void,
  ) {
    super(path);
  }

  /**
   * Creates the file, or continues the existing one after dropping a half-written last line.
   *
   * @param resumedStep step from which points may be logged again.
   * @returns the identifier of the run, and the rows and pictures of earlier starts.
   */
  async reopen(resumedStep: number | null): Promise<{ launch: string; entries: readonly JournalEntry[] }> {
    const lines = wholeLines((await this.file.read()) ?? '');
    const [head, ...objects] = lines.map((line, index) => parseObject(line, this.path, index + 1));
    const launch = typeof head?.['launch'] === 'string' ? head['launch'] : randomUUID();
    const entries = objects as unknown as readonly JournalEntry[];
    const text = head === undefined ? jsonLine({ launch }) : lines.map((line) => `${line}\n`).join('');
    await this.file.replace(Buffer.from(text));
    for (const entry of entries.filter(({ step }) => step >= (resumedStep ?? 0))) {
      const names = entry.kind === 'image' ? [pictureMark + entry.name] : Object.keys(entry.values);
      for (const name of names) this.known.add(pointName(entry.step, name));
    }
    return { launch, entries };
  }

  override add({ kind, epoch, step, values }: MetricRow): void {
    const fresh = Object.entries(values).filter(([name]) => !this.known.has(pointName(step, name)));
    if (fresh.length > 0) {
      this.keep({ time: Date.now(), epoch, step, kind, values: Object.fromEntries(fresh) });
    }
  }

  addImage({ name, epoch, step, png }: LoggedImage): void {
    if (this.known.has(pointName(step, pictureMark + name))) return;
    this.keep({ kind: 'image', time: Date.now(), epoch, step, name, file: imageFile({ name, step }), png });
  }

  /** Pictures are written first, so that every file named in the journal exists. */
  protected override async write(waiting: readonly WaitingEntry[]): Promise<void> {
    const entries: JournalEntry[] = [];
    for (const entry of waiting) {
      if (entry.kind !== 'image') {
        entries.push(entry);
        continue;
      }
      const { png, ...image } = entry;
      await writeWhole(join(this.images, image.file), png);
      entries.push(image);
    }
    await this.file.append(Buffer.from(entries.map(jsonLine).join('')));
    this.onWritten(entries);
  }
}

/** Names contain no line breaks, so this distinguishes a picture from a metric with the same name. */
const pictureMark = '\n';

function pointName(step: number, name: string): string {
  return `${step} ${name}`;
}
