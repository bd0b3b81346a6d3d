import { closeSync, fstatSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Notify } from '../../../contracts';
import { FulgurError } from '../../../errors';
import { openRegularAtOnce } from '../../../system';
import { largestImage } from '../../decoding';
import type { GrayRange } from '../../decoding';
import { reasonOf } from '../data-errors';
import { SharedStrings } from '../folder/shared-strings';
import type { ImageDataset, Split } from '../image-dataset';
import { unlabelled } from '../labels';
import { requireTestSplit } from '../subset/hold-out-fraction';
import type { ShardClasses } from './class-names';
import { classesOf } from './class-names';
import type { PassedOver, ShardSample } from './collect-samples';
import { SampleCollector } from './collect-samples';
import { findShards } from './find-shards';
import { scanShard } from './scan-shard';
import { ShardBytes } from './shard-bytes';
import { ShardDataset } from './shard-dataset';
import { badShard, writeAgain } from './shard-error';
import type { ShardState } from './shard-files';

export interface ShardOptions {
  readonly onMessage?: Notify | undefined;
  /** An image with more pixels counts as broken (default: as in Pillow). */
  readonly maxImagePixels?: number | undefined;
  /** Aborts indexing. */
  readonly signal?: AbortSignal | undefined;
  /** The 16-bit gray values that become black and white (default: 0 and 65535). */
  readonly grayRange?: GrayRange | null | undefined;
}

/** A shard's index. */
interface IndexedShard {
  readonly state: ShardState;
  readonly samples: readonly ShardSample[];
  readonly passedOver: PassedOver;
}

/** The number of entries after which other work of the process gets its turn. */
const ENTRIES_AT_ONCE = 5000;

/**
 * Opens images in tar files as written by WebDataset: the files of a sample have the same name up to its first dot. The
 * headers of all entries are read when the data set is opened; each image is then read from its position. Adding
 * shards, or appending entries, does not affect an open data set.
 *
 * @param path a tar file, a folder of them, or a pattern with braces: `shards/train-{0000..0009}.tar`.
 * @throws FulgurError of kind `data` naming a shard that is truncated, damaged, compressed or missing.
 */
export async function openShards(
  path: string,
  split: Split,
  { onMessage, maxImagePixels = largestImage, grayRange = null, signal }: ShardOptions = {},
): Promise<ImageDataset> {
  const { root, train, heldOut, unused } = await findShards(path);
  const hasTestSplit = heldOut.length > 0;
  if (!hasTestSplit) requireTestSplit('shards', split);
  const parts = {
    train: await indexAll(root, train, { onMessage, signal }),
    heldOut: await indexAll(root, heldOut, { onMessage, signal }),
  };
  const every = [...parts.train, ...parts.heldOut];
  const wanted = { train: parts.train, test: parts.heldOut, all: every }[split];
  if (wanted.every(({ samples }) => samples.length === 0)) throw noImages(path, split);
  if (unused.length > 0) {
    onMessage?.(
      'warning',
      `Left out of ${path}: ${unused.length} validation shards because there are test shards.`,
    );
  }
  sayUnlabelled(path, every, onMessage);
  const labels = new Set(every.flatMap(({ samples }) => samples.map(({ label }) => label)));
  const classes = await classesOf(root, labels);
  return new ShardDataset({
    kind: 'shards',
    split,
    origin: resolve(path),
    root,
    classNames: classes.names,
    hasTestSplit,
    maxImagePixels,
    grayRange,
    shards: wanted.map(({ state }) => state),
    ...indexOf(wanted, classes),
  });
}

async function indexAll(
  root: string,
  names: readonly string[],
  { onMessage, signal }: Pick<ShardOptions, 'onMessage' | 'signal'>,
): Promise<IndexedShard[]> {
  const indexed: IndexedShard[] = [];
  for (const name of names) {
    const shard = await indexShard(root, name, signal);
    indexed.push(shard);
    const { links, withoutImage, dotted } = shard.passedOver;
    const parts = [
      ...(links > 0 ? [`${links} ${links === 1 ? 'image that is a link' : 'images that are links'}`] : []),
      ...(withoutImage > 0
        ? [`${withoutImage} ${withoutImage === 1 ? 'key' : 'keys'} without an image`]
        : []),
      ...(dotted > 0
        ? [
            `${dotted} ${dotted === 1 ? 'image with a second dot in its name' : 'images with a second dot in their names'}`,
          ]
        : []),
    ];
    if (parts.length > 0) onMessage?.('warning', `Left out of ${join(root, name)}: ${parts.join('; ')}.`);
  }
  return indexed;
}

async function indexShard(
  root: string,
  name: string,
  signal: AbortSignal | undefined,
): Promise<IndexedShard> {
  signal?.throwIfAborted();
  const file = join(root, name);
  const opened = openShard(file);
  try {
    const { size, mtimeMs, ino: inode } = fstatSync(opened);
    const bytes = new ShardBytes(opened, size);
    const collector = new SampleCollector(file, bytes);
    let entries = 0;
    for (const entry of scanShard(file, bytes)) {
      collector.take(entry);
      entries += 1;
      if (entries % ENTRIES_AT_ONCE > 0) continue;
      await setImmediate();
      signal?.throwIfAborted();
    }
    const state = { name, size, mtimeMs, inode };
    return { state, samples: collector.samples(), passedOver: collector.passedOver() };
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof FulgurError ? error : unreadable(file, error);
  } finally {
    closeSync(opened);
  }
}

function openShard(file: string): number {
  try {
    return openRegularAtOnce(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}

type Index = 'keys' | 'shardOf' | 'headerAt' | 'headerSum' | 'sizes' | 'labels';

/** Writes the samples of all shards to shared memory. */
function indexOf(shards: readonly IndexedShard[], classes: ShardClasses): Pick<ShardDataset['spec'], Index> {
  const count = shards.reduce((sum, { samples }) => sum + samples.length, 0);
  const shardOf = new Uint32Array(new SharedArrayBuffer(count * 4));
  const headerAt = new Float64Array(new SharedArrayBuffer(count * 8));
  const headerSum = new Uint32Array(new SharedArrayBuffer(count * 4));
  const sizes = new Float64Array(new SharedArrayBuffer(count * 8));
  const labels = new Int32Array(new SharedArrayBuffer(count * 4));
  const keys: string[] = [];
  shards.forEach(({ samples }, shard) => {
    for (const sample of samples) {
      const index = keys.length;
      keys.push(sample.key);
      shardOf[index] = shard;
      headerAt[index] = sample.headerAt;
      headerSum[index] = sample.headerSum;
      sizes[index] = sample.size;
      labels[index] = classes.indexOf(sample.label) ?? unlabelled;
    }
  });
  return { keys: SharedStrings.from(keys).spec, shardOf, headerAt, headerSum, sizes, labels };
}

function sayUnlabelled(path: string, shards: readonly IndexedShard[], onMessage: Notify | undefined): void {
  let [total, without] = [0, 0];
  for (const { samples } of shards) {
    total += samples.length;
    for (const { label } of samples) without += label === null ? 1 : 0;
  }
  if (without > 0 && without < total) {
    onMessage?.('warning', `${without} of the ${total} images in ${path} have no label.`);
  }
}

function unreadable(file: string, error: unknown): FulgurError {
  return badShard(file, `cannot be read: ${reasonOf(error)}`, writeAgain, error);
}

function noImages(path: string, split: Split): FulgurError {
  return new FulgurError('data', {
    what: `The ${split} split of the shards ${path} has no images.`,
    why: 'An image is an entry such as 000017.jpg.',
    fix: 'Set --data.path to shards that contain images.',
  });
}
