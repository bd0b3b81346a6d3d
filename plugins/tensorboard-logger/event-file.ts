import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LoggedImage, MetricRow } from '../../src';
import { RowSink } from '../shared/row-logger';
import { imageEvent, scalarsEvent } from './events';

/** A row with the time at which it was logged, in seconds since 1970. */
export interface TimedRow extends Pick<MetricRow, 'step' | 'values'> {
  readonly time: number;
}

/** An event file for TensorBoard. Events wait in memory until `open` and `flush`. */
export class EventFile extends RowSink<Buffer> {
  private newest: TimedRow[] = [];
  private readonly imageNames = new Set<string>();
  private imageStep = 0;

  /** Number of rows of the highest step so far. */
  get newestRows(): readonly TimedRow[] {
    return this.newest;
  }

  override add({ step, values }: MetricRow): void {
    this.addTimed({ time: Date.now() / 1000, step, values });
  }

  addTimed(row: TimedRow): void {
    if (this.newest[0]?.step !== row.step) this.newest = [];
    this.newest.push(row);
    this.addEvent(scalarsEvent(row, row.values));
  }

  /** Names of the pictures of the highest step with pictures so far. */
  get newestImages(): { readonly step: number; readonly names: readonly string[] } {
    return { step: this.imageStep, names: [...this.imageNames] };
  }

  addImage(image: LoggedImage): void {
    this.noteImage(image.step, image.name);
    this.addEvent(imageEvent({ time: Date.now() / 1000, step: image.step }, image));
  }

  noteImage(step: number, name: string): void {
    if (this.imageStep !== step) this.imageNames.clear();
    this.imageStep = step;
    this.imageNames.add(name);
  }

  addEvent(event: Buffer): void {
    this.keep(tfRecord(event));
  }

  protected override async write(records: readonly Buffer[]): Promise<void> {
    await this.file.append(Buffer.concat(records));
  }
}

const eventFile = /^events\.out\.tfevents\.(\d+)\./;

/** Returns the path of a new event file: readers process a folder's files in the order of their names. */
export interface EventFilePlace {
  readonly path: string;
  /** Paths of the earlier event files, in order. */
  readonly earlier: readonly string[];
}

/** @param now in seconds; if the clock went backwards or stood still, a later time is used. */
export function nextEventFile(folder: string, now: number): EventFilePlace {
  const names = namesIn(folder).filter((name) => eventFile.test(name));
  const times = names.flatMap((name) => eventFile.exec(name)?.slice(1).map(Number) ?? []);
  const time = Math.max(Math.floor(now), ...times.map((earlier) => earlier + 1));
  return {
    path: join(folder, `events.out.tfevents.${String(time).padStart(10, '0')}.fulgur`),
    earlier: names.sort().map((name) => join(folder, name)),
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Frames a record in the TFRecord format: length (8 bytes), its checksum (4), the data, its checksum (4). */
export function tfRecord(data: Uint8Array): Buffer {
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(BigInt(data.length));
  head.writeUInt32LE(maskedCrc32c(head.subarray(0, 8)), 8);
  const foot = Buffer.alloc(4);
  foot.writeUInt32LE(maskedCrc32c(data));
  return Buffer.concat([head, data, foot]);
}

/** Castagnoli's polynomial, bits reversed. */
const polynomial = 0x82f63b78;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
  return value;
});

/** Returns the CRC-32C checksum (RFC 3720, B.4). */
export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/**
 * Masks the checksum as TFRecord files do, by a rotation and an offset, since a checksum over data that contains
 * checksums is weak.
 */
export function maskedCrc32c(data: Uint8Array): number {
  const crc = crc32c(data);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
