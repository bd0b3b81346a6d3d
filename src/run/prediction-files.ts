import type * as tf from '@tensorflow/tfjs-core';
import { rename } from 'node:fs/promises';
import { jsonText } from '../contracts';
import type { StateDtype } from '../contracts';
import type { NamedSample } from '../data';
import { FulgurError, messageOf } from '../errors';
import { requireTensorName, safetensorsHead } from '../nn';
import { rowsOf } from '../trainer';
import { ColumnFile } from './column-file';

/** The rows of one output, in a temporary file until all are complete. */
interface Column {
  readonly dtype: StateDtype;
  readonly rowShape: readonly number[];
  readonly file: ColumnFile;
}

/**
 * Writes predictions batch by batch, so that memory does not grow with the data: `<stem>.safetensors` has a tensor
 * `[samples, ...]` for each output, and `<stem>.samples.jsonl` a line for each sample, in the same order. Both files
 * appear complete or not at all.
 */
export class PredictionFiles {
  readonly #columns = new Map<string, Column>();
  readonly #samples: string;
  #sampleFile: ColumnFile | null = null;
  #whole: ColumnFile | null = null;
  #rows = 0;

  constructor(private readonly stem: string) {
    this.#samples = this.#aside('samples');
  }

  /** Number of samples written so far. */
  get rows(): number {
    return this.#rows;
  }

  /**
   * Writes the outputs of a batch, and disposes them.
   *
   * @throws FulgurError `module` if an output does not have one row per sample, or has rows of a different shape from
   *   before.
   */
  async add(outputs: Readonly<Record<string, tf.Tensor>>, samples: readonly NamedSample[]): Promise<void> {
    for (const [name, tensor] of Object.entries(outputs)) {
      const { dtype, shape, values } = await rowsOf(name, tensor, samples.length);
      const column = this.#columns.get(name) ?? (await this.#begin(name, dtype, shape.slice(1)));
      if (column.dtype !== dtype || column.rowShape.join() !== shape.slice(1).join()) {
        throw new FulgurError('module', {
          what: `predictStep returned '${name}' as ${dtype} [${shape.join(', ')}], but rows of ${column.dtype} [${column.rowShape.join(', ')}] before.`,
          fix: 'Return rows with the same shape and type for each batch.',
        });
      }
      await this.#write(column.file, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
    this.#sampleFile ??= await this.#create(this.#samples);
    const lines = samples.map((sample, i) => `${jsonText({ row: this.#rows + i, ...sample })}\n`);
    await this.#write(this.#sampleFile, Buffer.from(lines.join('')));
    this.#rows += samples.length;
  }

  /** Assembles the columns, and gives the files their names. */
  async finish(): Promise<readonly string[]> {
    const files = [`${this.stem}.safetensors`, `${this.stem}.samples.jsonl`] as const;
    await this.#guarded(() => this.#putTogether(...files));
    await this.discard();
    return files;
  }

  async #putTogether(tensorFile: string, sampleFile: string): Promise<void> {
    const tensors = new Map(
      [...this.#columns].map(([name, { dtype, rowShape }]) => [
        name,
        { dtype, shape: [this.#rows, ...rowShape] },
      ]),
    );
    const { head, order } = safetensorsHead(tensors);
    const whole = this.#aside('whole');
    const file = (this.#whole = await this.#create(whole));
    try {
      await this.#write(file, head);
      for (const name of order) {
        const column = this.#columns.get(name);
        for await (const part of column?.file.parts() ?? []) await this.#write(file, part);
      }
      await file.sync();
      await this.#sampleFile?.sync();
    } finally {
      await file.close();
    }
    await rename(whole, tensorFile);
    if (this.#sampleFile !== null) await rename(this.#samples, sampleFile);
  }

  /** Deletes unfinished files. */
  async discard(): Promise<void> {
    for (const { file } of this.#columns.values()) await file.remove();
    await this.#sampleFile?.remove();
    await this.#whole?.remove();
    this.#columns.clear();
    this.#sampleFile = null;
    this.#whole = null;
  }

  async #begin(name: string, dtype: StateDtype, rowShape: readonly number[]): Promise<Column> {
    requireTensorName(name);
    const file = await this.#create(this.#aside(`column-${this.#columns.size}`));
    const column = { dtype, rowShape, file };
    this.#columns.set(name, column);
    return column;
  }

  #create(path: string): Promise<ColumnFile> {
    return this.#guarded(() => ColumnFile.create(path));
  }

  #write(file: ColumnFile, bytes: Uint8Array): Promise<void> {
    return this.#guarded(() => file.append(bytes));
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
