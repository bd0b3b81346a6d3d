import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { readRegularFile, writeDurably } from '../../system';

/** One unpacked file; `path` is relative to the installation's folder. */
export interface ManifestFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** The contents of an installation, written as its last file. */
export interface Manifest {
  readonly format: 1;
  readonly key: string;
  /** The time of the installation, ISO 8601: every file's modification time is set to it. */
  readonly installed: string;
  readonly wheels: readonly { readonly name: string; readonly sha256: string }[];
  readonly files: readonly ManifestFile[];
}

const manifestName = 'manifest.json';
const mostManifestBytes = 1 << 24;

const sha256Text = z.string().regex(/^[0-9a-f]{64}$/);
const relativePath = z.string().refine((path) => !path.startsWith('/') && !path.split('/').includes('..'));

const manifestSchema = z.object({
  format: z.literal(1),
  key: z.string(),
  installed: z.string().refine((text) => Number.isFinite(Date.parse(text))),
  wheels: z.array(z.object({ name: z.string(), sha256: z.string() })).min(1),
  files: z.array(z.object({ path: relativePath, size: z.int().nonnegative(), sha256: sha256Text })).min(1),
}) satisfies z.ZodType<Manifest>;

/** Writes the manifest, gives every file its modification time, and forces all of it to disk. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const time = new Date(manifest.installed);
  for (const file of manifest.files) await utimes(join(folder, file.path), time, time);
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeDurably(join(folder, manifestName), [Buffer.from(text)], 'w');
}

/** Returns the installation's manifest, or `null` if there is none that is readable and complete. */
export async function readManifest(folder: string): Promise<Manifest | null> {
  try {
    const text = await readRegularFile(join(folder, manifestName), mostManifestBytes);
    const result = manifestSchema.safeParse(JSON.parse(text.toString('utf8')));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}

/**
 * Describes the defect of an installation, or returns `null` if there is none. Sizes are always compared; the contents
 * of a file, which takes seconds for the large one, only if its modification time is not the recorded one, or always
 * with `full`.
 */
export async function findDamage(
  folder: string,
  manifest: Manifest,
  { full = false }: { full?: boolean } = {},
): Promise<string | null> {
  const installed = new Date(manifest.installed);
  for (const { path, size, sha256 } of manifest.files) {
    const file = join(folder, path);
    const found = await stat(file).catch(() => null);
    if (found === null) return `${path} is missing`;
    if (!found.isFile()) return `${path} is not a regular file`;
    if (found.size !== size) return `${path} has ${found.size} bytes instead of ${size}`;
    const touched = Math.abs(found.mtimeMs - installed.getTime()) > 2000;
    if (!touched && !full) continue;
    if ((await sha256Of(file)) !== sha256) return `the SHA-256 of ${path} is not the recorded one`;
    // The contents are right: the next start need not read them again. A read-only cache stays unchanged.
    if (touched) await utimes(file, installed, installed).catch(() => undefined);
  }
  return null;
}

/** Returns the SHA-256 of a file's contents, hexadecimal. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
