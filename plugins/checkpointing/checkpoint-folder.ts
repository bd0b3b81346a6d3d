import { readdir } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { FulgurError, messageOf, nn, openRegularFile, readRegularFile } from '../../src';
import type { Recalled, RunState, StateDict } from '../../src';
import { Damage } from './damage';
import { exists } from './exists';
import { readRange, sha256Of } from './file-parts';
import { parseManifest } from './manifest';
import type { Manifest } from './manifest';
import { decodeOrigin, decodeState, optionalFileNames, stateFile, stateFileNames } from './state-files';

export const manifestFile = 'manifest.json';
const mostManifestBytes = 1 << 24;

/** Names that begin so are of saves and removals under way; no reader looks at them. */
export const hiddenPrefix = '.';

/** A checkpoint's folder and what its manifest says. */
export interface StoredCheckpoint {
  readonly path: string;
  readonly name: string;
  readonly manifest: Manifest;
}

/** The checkpoints in a folder, and the damage of those whose manifest cannot be read. */
export interface Listing {
  readonly checkpoints: readonly StoredCheckpoint[];
  readonly damages: readonly Damage[];
}

/** Looks through a folder of checkpoints; one that is not there holds none. */
export async function listCheckpoints(folder: string): Promise<Listing> {
  const checkpoints: StoredCheckpoint[] = [];
  const damages: Damage[] = [];
  for (const name of await subfolders(folder)) {
    if (!(await isCheckpoint(join(folder, name)))) continue;
    try {
      checkpoints.push(await openCheckpoint(join(folder, name)));
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      damages.push(error);
    }
  }
  return { checkpoints, damages };
}

/** Whether a folder is a checkpoint, damaged or not. */
export async function isCheckpoint(path: string): Promise<boolean> {
  const parts = await Promise.all([manifestFile, ...stateFileNames].map((name) => exists(join(path, name))));
  return parts.includes(true);
}

/** @throws Damage when its manifest is missing or not what was written. */
export async function openCheckpoint(path: string): Promise<StoredCheckpoint> {
  const file = join(path, manifestFile);
  const manifest = parseManifest(Buffer.from(await readPart(file)).toString('utf8'), file);
  return { path, name: basename(path), manifest };
}

/** @throws Damage naming the first file that is not what was written. */
export async function readCheckpoint(checkpoint: StoredCheckpoint): Promise<RunState> {
  const { manifest } = checkpoint;
  const optional = optionalFileNames.filter((name) => manifest.files[name] !== undefined);
  const tensorFiles = [...stateFileNames, ...optional].filter((name) => name !== stateFile);
  // Damage is told from what this version does not read: digests come first.
  for (const name of tensorFiles) await withWhole(checkpoint, name, () => Promise.resolve());
  const rest = await readWhole(checkpoint, stateFile);
  const tensors: Record<string, StateDict> = {};
  return decoded(checkpoint, async () => {
    for (const name of tensorFiles) {
      tensors[name] = await withFile(join(checkpoint.path, name), async (file) => {
        const { size } = await file.stat();
        const read = (begin: number, end: number) => readRange(file, begin, end);
        return (await nn.readSafetensors({ length: size, read })).tensors;
      });
    }
    return decodeState({ rest, tensors });
  });
}

/** @throws Damage for a state whose digests are right, as it was written so, and that cannot be read. */
async function decoded<T>({ path }: StoredCheckpoint, decode: () => T | Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (error) {
    throw new Damage(path, `holds no state that this version of Fulgur reads (${reasonOf(error)})`);
  }
}

/** The first thing that is wrong, in one line. */
function reasonOf(error: unknown): string {
  if (error instanceof RangeError) return 'state.json: it is nested too deeply';
  if (!(error instanceof z.ZodError)) return messageOf(error).replace(/\.$/, '');
  const [issue] = error.issues;
  const place =
    issue === undefined || issue.path.length === 0 ? 'state.json' : issue.path.join('.').slice(0, 200);
  return `${place}: ${issue?.message ?? 'is wrong'}`;
}

/** What a checkpoint's run was started with; the tensors are not read. */
export async function recallCheckpoint(checkpoint: StoredCheckpoint): Promise<Omit<Recalled, 'path'>> {
  const state = await readWhole(checkpoint, stateFile);
  return decoded(checkpoint, () => decodeOrigin(state));
}

function readWhole(checkpoint: StoredCheckpoint, name: string): Promise<Uint8Array> {
  return withWhole(checkpoint, name, (file, bytes) => readRange(file, 0, bytes));
}

/** Opens a file that is what was written. */
async function withWhole<T>(
  { path, manifest }: StoredCheckpoint,
  name: string,
  use: (file: FileHandle, bytes: number) => Promise<T>,
): Promise<T> {
  const place = join(path, name);
  const expected = manifest.files[name];
  if (expected === undefined) throw new Damage(join(path, manifestFile), `does not list ${name}`);
  return withFile(place, async (file) => {
    const { size } = await file.stat();
    if (size !== expected.bytes) throw new Damage(place, `has ${size} bytes instead of ${expected.bytes}`);
    if ((await sha256Of(file, size)) !== expected.sha256)
      throw new Damage(place, 'does not match its SHA-256');
    return use(file, size);
  });
}

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  let file: FileHandle;
  try {
    file = await openRegularFile(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  try {
    return await use(file);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === undefined ? error : unreadable(path, error);
  } finally {
    await file.close();
  }
}

function unreadable(path: string, cause: unknown): Damage {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new Damage(path, code === 'ENOENT' ? 'is missing' : `cannot be read (${message})`);
}

async function subfolders(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith(hiddenPrefix))
      .map(({ name }) => name);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw new FulgurError('checkpoint', {
      what: `${folder} cannot be listed: ${(cause as Error).message}.`,
      fix: 'Make the folder readable.',
      cause,
    });
  }
}

async function readPart(file: string): Promise<Uint8Array> {
  try {
    return await readRegularFile(file, mostManifestBytes);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}
