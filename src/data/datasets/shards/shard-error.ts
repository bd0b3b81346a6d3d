import { FulgurError } from '../../../errors';
import { readableName } from '../folder/file-name';

/** Returns the error for an unusable shard; `does` continues `The shard train-0000.tar`. */
export function badShard(file: string, does: string, fix: string, cause?: unknown): FulgurError {
  return new FulgurError('data', { what: `The shard ${readableName(file)} ${does}.`, fix, cause });
}

export const writeAgain = 'Write or copy it again, or exclude it from --data.path.';
