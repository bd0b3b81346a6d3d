import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Header } from 'tar-stream';
import { pack } from 'tar-stream';
import type { Cifar10Source } from '../../../../src/data/datasets/cifar10/source';
import { allFiles } from '../../../../src/data/datasets/cifar10/source';

export const recordsPerFile = 3;

/** A file of records whose class and pixels tell file, record, channel and place. */
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

export function sourceOf(archive: Buffer, url: string): Cifar10Source {
  return { url, md5: createHash('md5').update(archive).digest('hex'), mostBytes: 1e9, recordsPerFile };
}
