import { createHash } from 'node:crypto';
import { access, readdir } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { FulgurError, jsonText, messageOf, nn, openRegularFile, parseJson, readRegularFile } from '../../src';
import type { Recalled, RunState, StateDict } from '../../src';
import {
  decodeOrigin,
  decodeState,
  optionalFileNames,
  resumePointSchema,
  stateFile,
  stateFileNames,
} from './state-files';

export const manifestFile = 'manifest.json';
const mostManifestBytes = 1 << 24;

/** Prefix of the names used while a save or a removal is in progress; readers ignore them. */
export const hiddenPrefix = '.';

/** A checkpoint's folder and the contents of its manifest. */
export interface StoredCheckpoint {
  readonly path: string;
  readonly name: string;
  readonly manifest: CheckpointManifest;
}

/** The checkpoints in a folder, and the damage to those whose manifest cannot be read. */
export interface Listing {
  readonly checkpoints: readonly StoredCheckpoint[];
  readonly damages: readonly Damage[];
}

/** Lists a folder of checkpoints; a folder that does not exist contains none. */
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

/** @throws Damage when its manifest is missing or was changed after it was written. */
export async function openCheckpoint(path: string): Promise<StoredCheckpoint> {
  const file = join(path, manifestFile);
  const manifest = parseManifest(Buffer.from(await readPart(file)).toString('utf8'), file);
  return { path, name: basename(path), manifest };
}

/** @throws Damage naming the first file that was changed after it was written. */
export async function readCheckpoint(checkpoint: StoredCheckpoint): Promise<RunState> {
  const { manifest } = checkpoint;
  const optional = optionalFileNames.filter((name) => manifest.files[name] !== undefined);
  const tensorFiles = [...stateFileNames, ...optional].filter((name) => name !== stateFile);
  // Digests are checked first, to distinguish damage from a state that this version cannot read.
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

/** @throws Damage for a state that has the right digests, as it was written that way, but cannot be read. */
async function decoded<T>({ path }: StoredCheckpoint, decode: () => T | Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (error) {
    throw new Damage(path, `contains no state that this version of Fulgur can read (${reasonOf(error)})`);
  }
}

/** The first problem, in one line. */
function reasonOf(error: unknown): string {
  if (error instanceof RangeError) return 'state.json: it is nested too deeply';
  if (!(error instanceof z.ZodError)) return messageOf(error).replace(/\.$/, '');
  const [issue] = error.issues;
  const place =
    issue === undefined || issue.path.length === 0 ? 'state.json' : issue.path.join('.').slice(0, 200);
  return `${place}: ${issue?.message ?? 'is wrong'}`;
}

/** Reads how a checkpoint's run was started, without reading the tensors. */
export async function recallCheckpoint(checkpoint: StoredCheckpoint): Promise<Omit<Recalled, 'path'>> {
  const state = await readWhole(checkpoint, stateFile);
  return decoded(checkpoint, () => decodeOrigin(state));
}

function readWhole(checkpoint: StoredCheckpoint, name: string): Promise<Uint8Array> {
  return withWhole(checkpoint, name, (file, bytes) => readRange(file, 0, bytes));
}

/** Opens a file after checking its size and digest. */
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
    if ((await sha256OfFile(file, size)) !== expected.sha256)
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

/** Increased when a reader of the old format could misread the new one. */
export const formatVersion = 1;

// Earlier versions wrote null for an infinite score: its sign is unknown, so such a score ranks nothing.
const score = z.custom<number | null>((value) => value === null || typeof value === 'number');

const manifestSchema = z.object({
  formatVersion: z.literal(formatVersion),
  experiment: z.string(),
  sequence: z.number().int(),
  reason: z.string(),
  savedAt: z.string(),
  progress: resumePointSchema,
  monitor: z.object({ name: z.string(), value: score }).nullable(),
  files: z.record(z.string(), z.object({ bytes: z.number(), sha256: z.string() })),
});

/** The contents of a checkpoint, with what is needed to verify them. */
export type CheckpointManifest = z.output<typeof manifestSchema>;

/** Returns the manifest as text, with a digest of itself. */
export function manifestText(manifest: CheckpointManifest): string {
  return `${jsonText({ ...manifest, digest: digestOf(manifest) }, 2)}\n`;
}

/**
 * Reads a manifest. The digest is checked before the version: it covers the members of every version, so that a damaged
 * version number is not mistaken for a newer one.
 *
 * @throws Damage when the text was changed after it was written.
 * @throws FulgurError `checkpoint` for a format from the future.
 */
export function parseManifest(text: string, file: string): CheckpointManifest {
  const { digest, ...manifest } = parseObject(text, file);
  if (digest !== digestIn(manifest, file)) throw new Damage(file, 'does not match its own digest');
  const version = manifest['formatVersion'];
  if (typeof version === 'number' && version > formatVersion) {
    throw new FulgurError('checkpoint', {
      what: `${file} has checkpoint format ${version}.`,
      why: `This Fulgur reads formats up to ${formatVersion}.`,
      fix: 'Update Fulgur, or resume from a checkpoint that this version saved.',
    });
  }
  const result = manifestSchema.safeParse(manifest);
  if (!result.success) throw new Damage(file, 'is not a checkpoint manifest');
  return result.data;
}

function parseObject(text: string, file: string): Record<string, unknown> {
  try {
    const value: unknown = parseJson(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // The finding below says it.
  }
  throw new Damage(file, 'is not a JSON object');
}

/** @throws Damage for contents that no manifest has, such as thousands of levels. */
function digestIn(manifest: object, file: string): string {
  try {
    return digestOf(manifest);
  } catch {
    throw new Damage(file, 'is not a checkpoint manifest');
  }
}

function digestOf(manifest: object): string {
  return sha256([Buffer.from(jsonText(manifest))]);
}

/** Number of bytes hashed, read or written at once; system calls and digests take less than 2 GiB. */
export const pieceBytes = 1 << 26;

export function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((length, part) => length + part.length, 0);
}

/** Returns the SHA-256 of the concatenated parts. */
export function sha256(parts: readonly Uint8Array[], piece: number = pieceBytes): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    for (let at = 0; at < part.length; at += piece) hash.update(part.subarray(at, at + piece));
  }
  return hash.digest('hex');
}

/** Returns the SHA-256 of an open file. */
export async function sha256OfFile(
  file: FileHandle,
  length: number,
  piece: number = pieceBytes,
): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < length; at += piece)
    hash.update(await readRange(file, at, Math.min(length, at + piece)));
  return hash.digest('hex');
}

/** Returns the bytes from `begin` to `end` of an open file, in a new array. */
export async function readRange(
  file: FileHandle,
  begin: number,
  end: number,
  piece: number = pieceBytes,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(end - begin);
  for (let done = 0; done < bytes.length;) {
    const { bytesRead } = await file.read(bytes, done, Math.min(piece, bytes.length - done), begin + done);
    if (bytesRead === 0) throw new Error(`it ends at byte ${begin + done}`);
    done += bytesRead;
  }
  return bytes;
}

/** A checkpoint file that is missing or differs from what was written. */
export class Damage extends Error {
  constructor(
    readonly file: string,
    /** Completes a sentence whose subject is the file: `has 12 bytes instead of 40`. */
    readonly finding: string,
  ) {
    super(`${file} ${finding}.`);
    this.name = 'Damage';
  }
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
