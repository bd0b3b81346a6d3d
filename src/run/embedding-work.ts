import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { jsonText, parseJson } from '../contracts';
import type { Json, Notify } from '../contracts';
import { FulgurError, messageOf } from '../errors';
import { embeddingParts, lettersIn } from '../evaluation';
import type { EmbeddedImage, ModelIdentity } from '../evaluation';
import { tryLock } from '../locks';
import type { FileLock } from '../locks';
import { LineCutter, makeFolder, readRegularFile, replaceFile } from '../system';
import { ColumnFile } from './column-file';

/** Everything on which the rows depend: work that was started with another plan is not continued. */
export interface EmbeddingPlan {
  readonly model: ModelIdentity;
  /** The images: their location, their number, and a digest of their names and order. */
  readonly data: Json;
  /** Affects the last bits of a feature. */
  readonly batchSize: number;
}

/** One image that was embedded. */
export interface EmbeddedRow extends EmbeddedImage {
  readonly features: Float32Array;
}

const positionSchema = z.strictObject({
  plan: z.string(),
  batches: z.int().nonnegative(),
  rows: z.int().nonnegative(),
  width: z.int().nonnegative(),
  nameBytes: z.int().nonnegative(),
  longestName: z.int().nonnegative(),
  isLabelled: z.boolean(),
  skipped: z.int().nonnegative(),
});

type Position = z.output<typeof positionSchema>;

const MOST_POSITION_BYTES = 1 << 20;
const LONGEST_LINE = 1 << 24;
const SYNC_MILLISECONDS = 2000;
const lineSchema = z.tuple([z.string(), z.int()]);

/**
 * Embeddings that accumulate on disk beside the final file, in the folder `<file>.part`: they do not accumulate in
 * memory, and after a kill they continue after the last batch that is known to be on disk.
 */
export class EmbeddingWork {
  /** The first batch is saved immediately. */
  #syncedAt = -Infinity;
  #isClosed = false;

  private constructor(
    private readonly path: string,
    private readonly lock: FileLock,
    private readonly features: ColumnFile,
    private readonly images: ColumnFile,
    private position: Position,
  ) {}

  /**
   * Continues the work that the same plan left, or starts new work.
   *
   * @throws FulgurError `data` if another process is writing the same file, or the folder cannot be created.
   */
  static async open(path: string, plan: EmbeddingPlan, notify: Notify): Promise<EmbeddingWork> {
    const folder = folderOf(path);
    return guarded(path, async () => {
      await makeFolder(folder);
      const lock = await tryLock(join(folder, 'lock'));
      if (!('release' in lock)) throw inUse(path, lock.pid);
      try {
        const text = jsonText({ ...plan, model: { ...plan.model } });
        const found = await positionIn(folder);
        const opened = found?.plan === text ? await reopen(folder, found) : null;
        if (opened !== null && found !== null) {
          if (found.batches > 0) notify('info', `Continuing after the ${found.rows} images in ${folder}.`);
          return new EmbeddingWork(path, lock, ...opened, found);
        }
        if (found !== null) notify('info', `${folder} contains the images of other work and is replaced.`);
        const names = ['features', 'images'] as const;
        const [features, images] = await Promise.all(
          names.map((name) => ColumnFile.create(join(folder, name))),
        );
        if (features === undefined || images === undefined) throw new Error('there are two columns');
        return new EmbeddingWork(path, lock, features, images, { ...nothing, plan: text });
      } catch (error) {
        await lock.release();
        throw error;
      }
    });
  }

  /** Number of batches that need not be embedded again. */
  get batches(): number {
    return this.position.batches;
  }

  /** Number of images embedded. */
  get rows(): number {
    return this.position.rows;
  }

  /** Number of features per image; 0 before the first. */
  get width(): number {
    return this.position.width;
  }

  /** Number of images that were skipped. */
  get skipped(): number {
    return this.position.skipped;
  }

  /** Adds the rows of the next batch, without the images that were skipped. */
  async add(rows: readonly EmbeddedRow[], skipped: number): Promise<void> {
    const { position } = this;
    await guarded(this.path, async () => {
      const width = rows[0]?.features.length ?? position.width;
      const features = new Float32Array(rows.length * width);
      rows.forEach((row, i) => features.set(row.features, i * width));
      const lines = Buffer.from(rows.map(({ name, label }) => `${JSON.stringify([name, label])}\n`).join(''));
      await this.features.append(new Uint8Array(features.buffer));
      await this.images.append(lines);
      this.position = {
        ...position,
        width,
        batches: position.batches + 1,
        rows: position.rows + rows.length,
        nameBytes: position.nameBytes + lines.length,
        longestName: rows.reduce((most, { name }) => Math.max(most, lettersIn(name)), position.longestName),
        isLabelled: position.isLabelled || rows.some(({ label }) => label >= 0),
        skipped: position.skipped + skipped,
      };
      if (performance.now() - this.#syncedAt > SYNC_MILLISECONDS) await this.#save();
    });
  }

  /** Assembles the file and deletes the folder. */
  async finish({ model }: EmbeddingPlan, classNames: readonly string[]): Promise<void> {
    const { rows, width, longestName, isLabelled } = this.position;
    const columns = {
      ...{ rows, width, longestName, isLabelled, model },
      classNames: isLabelled ? classNames : null,
      features: () => this.features.parts(),
      images: () => this.#lines(),
    };
    await guarded(this.path, async () => {
      await this.#save();
      const aside = join(folderOf(this.path), 'whole');
      await replaceFile(this.path, embeddingParts(this.path, columns), { aside });
    });
    await this.close();
    await rm(folderOf(this.path), { recursive: true, force: true });
  }

  /** Keeps the current state so that another process can continue. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#save().catch(() => undefined);
    await this.features.close();
    await this.images.close();
    await this.lock.release();
  }

  /** Data on the disk counts only once this record reports it. */
  async #save(): Promise<void> {
    await this.features.sync();
    await this.images.sync();
    await replaceFile(positionFile(folderOf(this.path)), [Buffer.from(jsonText(this.position))]);
    this.#syncedAt = performance.now();
  }

  async *#lines(): AsyncGenerator<EmbeddedImage> {
    let lines: string[] = [];
    const cutter = new LineCutter((line) => lines.push(line), LONGEST_LINE);
    for await (const part of this.images.parts()) {
      cutter.write(Buffer.from(part.buffer, part.byteOffset, part.length));
      for (const line of lines) {
        const [name, label] = lineSchema.parse(JSON.parse(line));
        yield { name, label };
      }
      lines = [];
    }
  }
}

const nothing: Omit<Position, 'plan'> = {
  ...{ batches: 0, rows: 0, width: 0, nameBytes: 0, longestName: 0, isLabelled: false, skipped: 0 },
};

function folderOf(path: string): string {
  return `${path}.part`;
}

function positionFile(folder: string): string {
  return join(folder, 'position.json');
}

/** Returns `null` if there is nothing to continue from. */
async function positionIn(folder: string): Promise<Position | null> {
  try {
    const bytes = await readRegularFile(positionFile(folder), MOST_POSITION_BYTES);
    return positionSchema.parse(parseJson(bytes.toString('utf8')));
  } catch {
    return null;
  }
}

/** Returns `null` if the columns do not match their record. */
async function reopen(
  folder: string,
  { rows, width, nameBytes }: Position,
): Promise<readonly [ColumnFile, ColumnFile] | null> {
  try {
    const features = await ColumnFile.reopen(join(folder, 'features'), rows * width * 4);
    try {
      return [features, await ColumnFile.reopen(join(folder, 'images'), nameBytes)];
    } catch {
      await features.close();
    }
  } catch {
    // Treated as if there were nothing.
  }
  return null;
}

async function guarded<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof FulgurError) throw cause;
    throw new FulgurError('data', {
      what: `${path} cannot be written: ${messageOf(cause)}.`,
      fix: 'Free space on the disk or make the folder writable; the same command then continues where this one stopped.',
      cause,
    });
  }
}

function inUse(path: string, pid: number): FulgurError {
  return new FulgurError('data', {
    what: `Process ${pid} is embedding images into ${path}.`,
    fix: 'Wait for that process, or name another file with --out.',
  });
}
