import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { openRegularFile } from '../../../system';

/**
 * Returns the MD5 of a file's contents in hexadecimal.
 *
 * @throws Error like `openRegularFile`.
 */
export async function fileMd5(file: string, mostBytes = Infinity): Promise<string> {
  const hash = createHash('md5');
  const source = await openRegularFile(file, mostBytes);
  await pipeline(source.createReadStream({ highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
