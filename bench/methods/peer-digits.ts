import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { datasets } from '../../src';

/** Writes the digits in the form that the peer's script reads: pixels and labels of both splits, one byte each. */
export async function writePeerDigits(folder: string): Promise<void> {
  for (const split of ['train', 'test'] as const) {
    const digits = await datasets.open('digits', { split });
    const indices = Array.from({ length: digits.length }, (_, index) => index);
    const pixels: Uint8Array[] = [];
    for (const index of indices) pixels.push(Uint8Array.from((await digits.read(index)).data));
    await writeFile(join(folder, `${split}.bin`), Buffer.concat(pixels));
    await writeFile(
      join(folder, `${split}.labels`),
      Uint8Array.from(indices, (index) => digits.label(index) ?? 0),
    );
  }
}
