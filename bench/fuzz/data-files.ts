import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join, posix } from 'node:path';
import { openList } from '../../src/data/datasets/list/open-list';
import { openPacked } from '../../src/data/datasets/npz/open-packed';
import type { ImageDataset } from '../../src/data';
import { openShards } from '../../src/data/datasets/shards/open-shards';
import { rgbOf } from '../../src/data/source-image';
import type { RandomStream } from '../../src/engine/random';
import { npyBytes, zipOf } from '../../test/data/datasets/helpers/array-files';
import type { TarItem } from '../../test/data/datasets/helpers/tar-files';
import { tarOf, tinyImage } from '../../test/data/datasets/helpers/tar-files';
import { changed, damaged, deepJson, number, pick, times, word } from './draws';
import { accepted, defect, refusalOf } from './outcome';
import type { Group, Outcome } from './outcome';

/** Limit for what a reader keeps in memory, given how far a file can expand. */
const MOST_GROWTH = 1040;

/** Files of one kind, each with the same name in its own folder. */
abstract class DataFiles implements Group {
  abstract readonly name: string;
  readonly limit = 10_000;
  #folder: string | null = null;

  abstract run(draw: RandomStream): Promise<Outcome>;

  protected write(name: string, content: string | Buffer): string {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'fulgur-fuzz-data-'));
    const file = join(this.#folder, name);
    writeFileSync(file, content);
    return file;
  }

  close(): Promise<void> {
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true });
    this.#folder = null;
    return Promise.resolve();
  }
}

/** Opens a data set and reads all of it; `judge` checks its contents. */
async function outcomeOf(
  open: () => Promise<ImageDataset>,
  judge: (dataset: ImageDataset) => Promise<Outcome> | Outcome,
): Promise<Outcome> {
  try {
    const dataset = await open();
    try {
      for (let index = 0; index < dataset.length; index++) {
        const label = dataset.label(index);
        if (label !== null && !(label in dataset.classNames))
          return defect(`no class has the label ${label}`);
      }
      return await judge(dataset);
    } finally {
      await dataset.close?.();
    }
  } catch (error) {
    return refusalOf(error);
  }
}

/** Arrays of images and labels, in npz and npy files. */
class ArrayFiles extends DataFiles {
  readonly name = 'npz';

  async run(draw: RandomStream): Promise<Outcome> {
    const shape = [1 + draw.below(4), 1 + draw.below(3), 1 + draw.below(3), pick(draw, [1, 3, 4])];
    const elements = bytesOf(
      draw,
      shape.reduce((a, b) => a * b, 1),
    );
    const images = npyBytes({ shape }, elements);
    const labels = npyBytes(
      { descr: '|i1', shape: shape.slice(0, 1) },
      bytesOf(draw, shape[0] ?? 0).map((byte) => byte % 5),
    );
    const isSound = draw.chance(0.2);
    const isAlone = draw.chance(0.2);
    const first = isSound ? images : withOtherArrayHeader(draw, images);
    const whole = isAlone
      ? first
      : zipOf([
          {
            name: 'images.npy',
            content: first,
            deflated: draw.chance(0.5),
            ...(isSound ? {} : liesOf(draw)),
          },
          { name: isSound ? 'labels.npy' : word(draw).slice(0, 200), content: labels },
        ]);
    const file = isSound || draw.chance(0.3) ? whole : damaged(draw, whole);
    const path = this.write('a.npz', file);
    return outcomeOf(
      () => openPacked(path, 'train'),
      async (dataset) => {
        let total = 0;
        for (let index = 0; index < dataset.length; index++) {
          const source = await dataset.read(index);
          rgbOf(source);
          total += source.data.byteLength;
          const from = index * source.data.length;
          if (isSound && !Buffer.from(source.data).equals(elements.subarray(from, from + source.data.length)))
            return defect('other values than were written');
        }
        return total > file.length * MOST_GROWTH ? defect(`${file.length} bytes became ${total}`) : accepted;
      },
    );
  }
}

function withOtherArrayHeader(draw: RandomStream, file: Buffer): Buffer {
  const kind = draw.below(6);
  const text = file.toString('latin1');
  const swap = (from: RegExp, to: string): Buffer =>
    Buffer.from(
      text.replace(from, () => to),
      'latin1',
    );
  if (kind === 0)
    return swap(/\|u1/, pick(draw, ['<u2', '>u2', '<f4', '|O', '<i8', '|b1', '|S1', '|V9', '<u1']));
  if (kind === 1) return swap(/\([\d, ]*\)/, `(${times(draw.below(6), () => number(draw)).join(', ')})`);
  if (kind === 2) return swap(/False/, pick(draw, ['True', 'None', 'false', '']));
  if (kind === 3) return swap(/'shape'/, pick(draw, ["'descr'", "'shape': (9,), 'shape'", '"shape"']));
  return file;
}

function liesOf(draw: RandomStream): { size?: number; checksum?: number; method?: number } {
  const kind = draw.below(6);
  if (kind === 0) return { size: pick(draw, [0, 1, 0xffff_ffff, 0x7fff_ffff, 1000]) };
  if (kind === 1) return { checksum: draw.below(1000) };
  return kind === 2 ? { method: draw.below(100) } : {};
}

/** Shards of tiny images. */
class TarFiles extends DataFiles {
  readonly name = 'tar';

  async run(draw: RandomStream): Promise<Outcome> {
    const isSound = draw.chance(0.2);
    const count = 1 + draw.below(5);
    const items = times(count, (index): TarItem[] => {
      const key = isSound
        ? `k${index}`
        : draw.chance(0.7)
          ? `k${index}`
          : word(draw).replaceAll('\0', '').slice(0, 300);
      const label = isSound
        ? String(index)
        : pick(draw, [String(index), word(draw), String(number(draw)), '-1']);
      const image = [`${key}.${pick(draw, ['ppm', 'PNG'])}`, tinyImage(index)] as const;
      if (draw.chance(0.3)) return [image, [`${key}.json`, jsonOf(draw, isSound, index)]];
      return [image, [`${key}.cls`, label]];
    }).flat();
    const whole = await tarOf(items);
    const file = isSound ? whole : draw.chance(0.2) ? whole : withOtherTarHeader(draw, damaged(draw, whole));
    const path = this.write('a.tar', file);
    return outcomeOf(
      () => openShards(path, 'train'),
      async (dataset) => {
        for (let index = 0; index < dataset.length; index++) {
          const { data } = await dataset.read(index);
          if (isSound && (data[0] !== index || dataset.label(index) !== index))
            return defect('another image or class');
        }
        return isSound && dataset.length !== count ? defect('an image was lost') : accepted;
      },
    );
  }
}

function jsonOf(draw: RandomStream, isSound: boolean, label: number): string {
  if (isSound) return JSON.stringify({ label });
  return draw.chance(0.2)
    ? deepJson(draw, 1 << draw.below(14))
    : JSON.stringify(changed(draw, { label }) ?? null);
}

/** Inserts a number, a type or a pax record somewhere in a header, with the matching checksum. */
function withOtherTarHeader(draw: RandomStream, file: Buffer): Buffer {
  const block = 512 * draw.below(Math.max(1, Math.floor(file.length / 512)));
  if (file.length < block + 512 || draw.chance(0.4)) return file;
  const kind = draw.below(3);
  if (kind === 0)
    file.write(
      pick(draw, ['77777777777', '00000000000', '-0000000001', '\x80\xff\xff', '\xff']),
      block + 124,
      'latin1',
    );
  if (kind === 1)
    file.write(pick(draw, ['x', 'g', 'L', 'K', 'S', '1', '2', '5', '7']), block + 156, 'latin1');
  if (kind === 2) bytesOf(draw, 8).forEach((byte, at) => (file[block + 120 + at] = byte));
  file.fill(0x20, block + 148, block + 156);
  const sum = file.subarray(block, block + 512).reduce((a, b) => a + b, 0);
  file.write(`${sum.toString(8).padStart(6, '0')}\0 `, block + 148, 'latin1');
  return file;
}

/** Lists of images, as CSV and JSON Lines. */
class ListFiles extends DataFiles {
  readonly name = 'lists';

  run(draw: RandomStream): Promise<Outcome> {
    const isCsv = draw.chance(0.5);
    const isSound = draw.chance(0.2);
    const count = 1 + draw.below(8);
    const rows = times(count, (index) => ({
      path: isSound ? `d/${index}.png` : draw.chance(0.7) ? `${index}.png` : word(draw),
      label: isSound ? `c${index % 3}` : draw.chance(0.5) ? `c${index % 3}` : word(draw),
      split: isSound || draw.chance(0.9) ? 'train' : word(draw),
    }));
    const text = isCsv
      ? [
          'path,label,split',
          ...rows.map((row) =>
            Object.values(row)
              .map((value) => cell(draw, value))
              .join(','),
          ),
        ].join('\n')
      : rows
          .map((row) => JSON.stringify(isSound || draw.chance(0.8) ? row : (changed(draw, row) ?? null)))
          .join('\n');
    const sound = Buffer.from(text);
    const path = this.write(
      isCsv ? 'a.csv' : 'a.jsonl',
      isSound || draw.chance(0.3) ? sound : damaged(draw, sound),
    );
    return outcomeOf(
      () => openList(path, 'train', { onMessage: () => undefined }),
      (dataset) => {
        for (let index = 0; index < dataset.length; index++) {
          const name = posix.normalize(dataset.sampleName(index));
          if (isAbsolute(name) || name === '..' || name.startsWith('../'))
            return defect(`leaves the folder: ${name}`);
          if (isSound && name !== `d/${index}.png`) return defect('another path');
        }
        return isSound && dataset.length !== count ? defect('an image was lost') : accepted;
      },
    );
  }
}

function cell(draw: RandomStream, text: string): string {
  return draw.chance(0.8) ? `"${text.replaceAll('"', '""')}"` : text;
}

function bytesOf(draw: RandomStream, count: number): Uint8Array {
  return Uint8Array.from(times(count, () => draw.below(256)));
}

export const dataFiles: readonly Group[] = [new ArrayFiles(), new TarFiles(), new ListFiles()];
