import type * as tf from '@tensorflow/tfjs-core';
import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { jsonText } from '../contracts';
import type { StateDtype } from '../contracts';
import type { NamedSample } from '../data';
import { FulgurError, messageOf } from '../errors';
import { requireTensorName, safetensorsHead } from '../nn';
import { makeFolder } from '../system';
import { rowsOf } from '../trainer';

/** Rows of one output, in a file of their own until all are there. */
interface Column {
  readonly dtype: StateDtype;
  readonly rowShape: readonly number[];
  readonly file: FileHandle;
  readonly path: string;
}

const COPY_BYTES = 1 << 20;

/**
 * Writes predictions batch by batch, so that memory does not grow with the data: `<stem>.safetensors` has a tensor of
 * `[samples, ...]` for each output, `<stem>.samples.jsonl` a line for each sample, in the same order. Both are there whole
 * or not at all.
 */
export class PredictionFiles {
  readonly #columns = new Map<string, Column>();
  readonly #samples: string;
  #sampleFile: FileHandle | null = null;
  #rows = 0;

  constructor(private readonly stem: string) {
    this.#samples = this.#aside('samples');
  }

  /** Samples written so far. */
  get rows(): number {
    return this.#rows;
  }

  /**
   * Takes the outputs of a batch, and disposes them.
   *
   * @throws FulgurError `module` where an output has not one row for each sample, or rows of another shape than before.
   */
  async add(outputs: Readonly<Record<string, tf.Tensor>>, samples: readonly NamedSample[]): Promise<void> {
    for (const [name, tensor] of Object.entries(outputs)) {
      const { dtype, shape, values } = await rowsOf(name, tensor, samples.length);
      const column = this.#columns.get(name) ?? (await this.#begin(name, dtype, shape.slice(1)));
      if (column.dtype !== dtype || column.rowShape.join() !== shape.slice(1).join()) {
        throw new FulgurError('module', {
          what: `predictStep gave '${name}' as ${dtype} [${shape.join(', ')}], and rows of ${column.dtype} [${column.rowShape.join(', ')}] before.`,
          fix: 'Return rows of one shape and type from each batch.',
        });
      }
      await this.#write(column.file, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
    this.#sampleFile ??= await this.#create(this.#samples);
    const lines = samples.map((sample, i) => `${jsonText({ row: this.#rows + i, ...sample })}\n`);
    await this.#write(this.#sampleFile, Buffer.from(lines.join('')));
    this.#rows += samples.length;
  }

  /** Puts the columns together, and gives the files their names. */
  async finish(): Promise<readonly string[]> {
    const files = [`${this.stem}.safetensors`, `${this.stem}.samples.jsonl`] as const;
    await this.#guarded(() => this.#putTogether(...files));
    await this.discard();
    return files;
  }

  async #putTogether(tensorFile: string, sampleFile: string): Promise<void> {
    const whole = this.#aside('whole');
    const tensors = new Map(
      [...this.#columns].map(([name, { dtype, rowShape }]) => [
        name,
        { dtype, shape: [this.#rows, ...rowShape] },
      ]),
    );
    const { head, order } = safetensorsHead(tensors);
    const file = await this.#create(whole);
    try {
      await this.#write(file, head);
      for (const name of order) {
        const column = this.#columns.get(name);
        if (column !== undefined) await this.#copy(column.file, file);
      }
      await file.sync();
      await this.#sampleFile?.sync();
    } finally {
      await file.close();
    }
    await rename(whole, tensorFile);
    if (this.#sampleFile !== null) await rename(this.#samples, sampleFile);
  }

  /** Takes away what was not finished. */
  async discard(): Promise<void> {
    for (const { file, path } of this.#columns.values()) {
      await file.close().catch(() => undefined);
      await rm(path, { force: true });
    }
    await this.#sampleFile?.close().catch(() => undefined);
    await rm(this.#samples, { force: true });
    await rm(this.#aside('whole'), { force: true });
    this.#columns.clear();
    this.#sampleFile = null;
  }

  async #begin(name: string, dtype: StateDtype, rowShape: readonly number[]): Promise<Column> {
    requireTensorName(name);
    const path = this.#aside(`column-${this.#columns.size}`);
    const column = { dtype, rowShape, path, file: await this.#create(path) };
    this.#columns.set(name, column);
    return column;
  }

  async #copy(from: FileHandle, to: FileHandle): Promise<void> {
    const buffer = new Uint8Array(COPY_BYTES);
    for (let position = 0; ;) {
      const { bytesRead } = await from.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) return;
      await this.#write(to, buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
  }

  async #create(path: string): Promise<FileHandle> {
    return this.#guarded(async () => {
      await makeFolder(dirname(path));
      return open(path, 'w+');
    });
  }

  #write(file: FileHandle, bytes: Uint8Array): Promise<void> {
    return this.#guarded(() => file.appendFile(bytes));
  }

  async #guarded<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (cause) {
      if (cause instanceof FulgurError) throw cause;
      throw new FulgurError('data', {
        what: `${this.stem}.safetensors cannot be written: ${messageOf(cause)}.`,
        fix: 'Free space on the disk or make the folder writable.',
        cause,
      });
    }
  }

  #aside(part: string): string {
    return `${this.stem}.${process.pid}.${part}.new`;
  }
}
