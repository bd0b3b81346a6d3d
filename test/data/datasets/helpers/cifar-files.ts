import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Header } from 'tar-stream';
import { pack } from 'tar-stream';
import type { CifarArchive } from '../../../../src/data/datasets/cifar/archive';
import { cifar10 } from '../../../../src/data/datasets/cifar/cifar10';

export const recordsPerFile = 3;
export const allFiles = cifar10.files.map(({ name }) => name);

/** A file of CIFAR-10's records, whose class and pixels tell file, record, channel and place. */
export function cifarFile(file: number): Buffer {
  const bytes = Buffer.alloc(recordsPerFile * 3073);
  for (let record = 0; record < recordsPerFile; record++) {
    bytes[record * 3073] = (file + record) % 10;
    for (let at = 0; at < 3072; at++) bytes[record * 3073 + 1 + at] = cifarByte(file, record, at);
  }
  return bytes;
}

export function cifarByte(file: number, record: number, at: number): number {
  return (file * 31 + record * 7 + Math.floor(at / 1024) * 101 + (at % 1024) * 3) % 256;
}

export type TarEntry = readonly [header: Partial<Header> & Pick<Header, 'name'>, content?: Buffer];

export function cifarEntries(): TarEntry[] {
  return [
    [{ name: 'cifar-10-batches-bin/', type: 'directory' }],
    ...allFiles.map((name, file): TarEntry => [{ name: `cifar-10-batches-bin/${name}` }, cifarFile(file)]),
    [{ name: 'cifar-10-batches-bin/batches.meta.txt' }, Buffer.from('airplane\n')],
  ];
}

/** A `.tar.gz` with these entries. */
export async function tarball(entries: readonly TarEntry[]): Promise<Buffer> {
  const archive = pack();
  for (const [header, content] of entries) {
    if (content === undefined) archive.entry(header);
    else archive.entry(header, content);
  }
  archive.finalize();
  const parts: Buffer[] = [];
  for await (const part of archive as unknown as AsyncIterable<Buffer>) parts.push(part);
  // Unpacked sizes matter, not the speed of packing.
  return gzipSync(Buffer.concat(parts), { level: 1 });
}

/** CIFAR-100's files with few records each: the coarse label of each is 1, the fine one 3 per file and record. */
export function cifar100Entries(): TarEntry[] {
  return [
    [{ name: 'cifar-100-binary/', type: 'directory' }],
    ...['train.bin', 'test.bin'].map((name, file): TarEntry => {
      const bytes = Buffer.alloc(recordsPerFile * 3074);
      for (let record = 0; record < recordsPerFile; record++) {
        bytes.set([1, 90 + file * 3 + record], record * 3074);
        for (let at = 0; at < 3072; at++) bytes[record * 3074 + 2 + at] = cifarByte(file, record, at);
      }
      return [{ name: `cifar-100-binary/${name}` }, bytes];
    }),
    [{ name: 'cifar-100-binary/fine_label_names.txt' }, Buffer.from('apple\n')],
  ];
}

/** What a data set's archive would be if a test had made it. */
export function archiveOf(content: Buffer, url: string, archive: CifarArchive = cifar10): CifarArchive {
  return {
    ...archive,
    url,
    md5: createHash('md5').update(content).digest('hex'),
    files: archive.files.map((file) => ({ ...file, records: recordsPerFile })),
  };
}
