import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { arch } from 'node:os';
import { dirname, join } from 'node:path';
import { openRegularFile } from '../../system';
import type { LibraryNames } from './builds';
import { readManifest } from './manifest';

/** Describes the defect of the two libraries in a folder, or returns `null` if none is found. */
export async function findLibraryFault(folder: string, names: LibraryNames): Promise<string | null> {
  for (const name of [names.core, names.framework]) {
    const start = await readStart(join(folder, name));
    if (start === null) return `it contains no readable ${name}`;
    if (!isLibraryOf(start, arch())) return `its ${name} is not a library for ${process.platform}-${arch()}`;
  }
  return null;
}

/** Returns the version according to the files beside the libraries, or `null` if they contain none. */
export async function findVersion(folder: string): Promise<string | null> {
  const siblings = await readdir(dirname(folder)).catch(() => []);
  for (const sibling of siblings) {
    const version = /^tensorflow(?:_cpu|_macos)?-([\w.]+)\.dist-info$/.exec(sibling)?.[1];
    if (version !== undefined) return version;
  }
  const manifest = await readManifest(dirname(folder));
  return manifest?.key.split('-')[0] ?? null;
}

/** Whether the libraries were built for CUDA and NVIDIA's own libraries are where they look for them. */
export async function isReadyForCuda(folder: string, names: LibraryNames): Promise<boolean> {
  const parts: string[] = await readdir(join(dirname(folder), 'nvidia', 'cudnn')).catch(() => []);
  return parts.includes('lib') && (await isBuiltForCuda(join(folder, names.framework)));
}

/** Looks for the run path that only a CUDA build has. */
async function isBuiltForCuda(file: string): Promise<boolean> {
  const mark = '/nvidia/cudnn/lib';
  let tail = '';
  for await (const block of createReadStream(file, { encoding: 'latin1', highWaterMark: 1 << 20 })) {
    const text = tail + (block as string);
    if (text.includes(mark)) return true;
    tail = text.slice(-mark.length);
  }
  return false;
}

async function readStart(file: string): Promise<Buffer | null> {
  const handle = await openRegularFile(file).catch(() => null);
  if (handle === null) return null;
  try {
    const start = Buffer.alloc(20);
    const { bytesRead } = await handle.read(start, 0, start.length, 0);
    return start.subarray(0, bytesRead);
  } catch {
    return null;
  } finally {
    await handle.close();
  }
}

const elfMachines: Readonly<Record<string, number>> = { x64: 0x3e, arm64: 0xb7 };
const machOMachines: Readonly<Record<string, number>> = { x64: 0x01000007, arm64: 0x0100000c };

function isLibraryOf(start: Buffer, architecture: string): boolean {
  if (start.length < 20) return false;
  const isElf = start.readUInt32BE(0) === 0x7f454c46;
  if (isElf) return start.readUInt16LE(18) === elfMachines[architecture];
  const isMachO = start.readUInt32LE(0) === 0xfeedfacf;
  return isMachO && start.readUInt32LE(4) === machOMachines[architecture];
}
