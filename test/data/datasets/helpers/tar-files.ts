import type { Header } from 'tar-stream';
import { pack } from 'tar-stream';

export type TarItem = readonly [name: string, content: Buffer | string, header?: Partial<Header>];

/** A tar file of these entries. */
export async function tarOf(items: readonly TarItem[]): Promise<Buffer> {
  const archive = pack();
  for (const [name, content, header = {}] of items) {
    const isFile = header.type === undefined || header.type === 'file';
    if (isFile) archive.entry({ name, ...header }, Buffer.from(content));
    else archive.entry({ name, ...header });
  }
  archive.finalize();
  const parts: Buffer[] = [];
  for await (const part of archive as unknown as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}

/** An image of 2 x 2 pixels, each sample of which is the one before and one more. */
export function tinyImage(first: number): Buffer {
  return Buffer.concat([
    Buffer.from('P6\n2 2\n255\n'),
    Uint8Array.from({ length: 12 }, (_, at) => (first + at) % 256),
  ]);
}

/** A shard of tiny images with the keys `first` to `first + count - 1`, and their class. */
export function shardOf(first: number, count: number, classes = 3): Promise<Buffer> {
  return tarOf(
    Array.from({ length: count }, (_, index): TarItem[] => {
      const key = String(first + index).padStart(6, '0');
      return [
        [`${key}.ppm`, tinyImage((first + index) * 5)],
        [`${key}.cls`, String((first + index) % classes)],
      ];
    }).flat(),
  );
}
