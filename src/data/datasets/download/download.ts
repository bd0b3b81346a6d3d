import { rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Notify } from '../../../contracts';
import { formatBytes, FulgurError } from '../../../errors';
import { makeFolder, pause, syncFolder } from '../../../system';
import { fileMd5 } from './file-md5';
import { claimPartial } from './partial-file';
import type { Patience } from './transfer';
import { TransferError, transfer } from './transfer';

export interface DownloadRequest {
  readonly url: string;
  /** Path of the file once it is complete and checked. */
  readonly file: string;
  /** The MD5 it must have. */
  readonly md5: string;
  /** A size that it stays below; more bytes are not accepted. */
  readonly mostBytes: number;
  /** Its name in messages: `CIFAR-10`. */
  readonly title: string;
}

export interface DownloadOptions extends Patience {
  readonly onMessage?: Notify | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds before the second attempt; the delay doubles with each further one (default: one second). */
  readonly retryMs?: number;
}

const tries = 4;
// A server that has sent nothing in two attempts counts as unreachable, so that the user learns it soon.
const triesForNothing = 2;

/**
 * Downloads a file, continuing where an earlier attempt ended, even one of a process that was killed. The file gets its
 * final name only if its checksum is correct.
 *
 * @throws TransferError if the server cannot be reached.
 * @throws FulgurError of kind `data` if the downloaded file has another checksum; it is deleted.
 */
export async function download(request: DownloadRequest, options: DownloadOptions = {}): Promise<void> {
  const { url, file, md5, title } = request;
  await makeFolder(dirname(file));
  const partial = await claimPartial(file);
  await fetchAll(request, partial, options);
  const found = await fileMd5(partial);
  if (found !== md5) {
    await rm(partial, { force: true });
    throw new FulgurError('data', {
      what: `The ${title} archive from ${url} has MD5 ${found} instead of ${md5}.`,
      why: 'The address serves another file, or the file was damaged in transit; it has been deleted.',
      fix: 'Run again, or pass another address with --data.url.',
    });
  }
  await rename(partial, file);
  await syncFolder(dirname(file));
}

async function fetchAll(
  { url, title, mostBytes }: DownloadRequest,
  partial: string,
  options: DownloadOptions,
): Promise<void> {
  const { onMessage, signal, retryMs = 1000, ...patience } = options;
  const before = await sizeOf(partial);
  const resumed = before > 0 ? `, continuing after ${formatBytes(before)}` : '';
  onMessage?.('info', `Downloading ${title} from ${url}${resumed}.`);
  const onProgress = progressLines(title, onMessage);
  for (let attempt = 1; ; attempt++) {
    try {
      await transfer(url, partial, { ...patience, mostBytes, onProgress, signal });
      return;
    } catch (error) {
      if (!(error instanceof TransferError)) throw error;
      const size = await sizeOf(partial);
      const left = (size > before ? tries : triesForNothing) - attempt;
      if (!error.passing || left <= 0) {
        if (size === 0 || size >= mostBytes) await rm(partial, { force: true });
        throw error;
      }
      onMessage?.('warning', `Download of ${title}: ${error.reason}; trying again.`);
      await pause(retryMs * 2 ** (attempt - 1), signal);
    }
  }
}

/** Reports progress in one line per tenth of the file. */
function progressLines(
  title: string,
  onMessage: Notify | undefined,
): (done: number, total: number | null) => void {
  let said = 0;
  return (done, total) => {
    if (total === null || total === 0) return;
    const tenth = Math.floor((done / total) * 10);
    if (tenth <= said) return;
    said = tenth;
    onMessage?.('info', `${title}: ${tenth * 10} % of ${formatBytes(total)}`);
  };
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}
