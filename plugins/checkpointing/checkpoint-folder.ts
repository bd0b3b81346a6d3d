import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { FulgurError, messageOf } from '../../src';
import type { Recalled, RunState } from '../../src';
import { Damage } from './damage';
import { exists } from './exists';
import { parseManifest, sha256 } from './manifest';
import type { Manifest } from './manifest';
import { decodeOrigin, decodeState, optionalFileNames, stateFile, stateFileNames } from './state-files';
import type { StateFiles } from './state-files';

export const manifestFile = 'manifest.json';

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
  const contents: [string, Uint8Array][] = [];
  const optional = optionalFileNames.filter((name) => manifest.files[name] !== undefined);
  for (const name of [...stateFileNames, ...optional]) {
    contents.push([name, await readWhole(checkpoint, name)]);
  }
  return decoded(checkpoint, () => decodeState(Object.fromEntries(contents) as StateFiles));
}

/** @throws Damage for a state whose digests are right, as it was written so, and that cannot be read. */
function decoded<T>({ path }: StoredCheckpoint, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw new Damage(path, `holds no state that this version of Fulgur reads (${reasonOf(error)})`);
  }
}

/** The first thing that is wrong, in one line. */
function reasonOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) return messageOf(error).replace(/\.$/, '');
  const [issue] = error.issues;
  const place = issue === undefined || issue.path.length === 0 ? 'state.json' : issue.path.join('.');
  return `${place}: ${issue?.message ?? 'is wrong'}`;
}

/** What a checkpoint's run was started with; the tensors are not read. */
export async function recallCheckpoint(checkpoint: StoredCheckpoint): Promise<Omit<Recalled, 'path'>> {
  const state = await readWhole(checkpoint, stateFile);
  return decoded(checkpoint, () => decodeOrigin(state));
}

async function readWhole({ path, manifest }: StoredCheckpoint, name: string): Promise<Uint8Array> {
  const file = join(path, name);
  const expected = manifest.files[name];
  if (expected === undefined) throw new Damage(join(path, manifestFile), `does not list ${name}`);
  const data = await readPart(file);
  if (data.length !== expected.bytes) {
    throw new Damage(file, `has ${data.length} bytes instead of ${expected.bytes}`);
  }
  if (sha256(data) !== expected.sha256) throw new Damage(file, 'does not match its SHA-256');
  return data;
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
    const data = await readFile(file);
    // A Buffer's slice() shares memory where a plain array's copies: whoever decodes may count on copies.
    return new Uint8Array(data.buffer, data.byteOffset, data.length);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new Damage(file, code === 'ENOENT' ? 'is missing' : `cannot be read (${message})`);
  }
}
