import { z } from 'zod';
import { FulgurError, jsonText, parseJson } from '../../src';
import { Damage } from './damage';
import { sha256 } from './file-parts';
import { resumePointSchema } from './resume-point';

/** Raised when a reader of the old format could misread the new one. */
export const formatVersion = 1;

// Earlier versions wrote null for an infinite score: of those it is not known which one, and they rank nothing.
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

/** What a checkpoint holds, and how to tell that it is whole. */
export type Manifest = z.output<typeof manifestSchema>;

/** The manifest as text, with a digest of itself. */
export function manifestText(manifest: Manifest): string {
  return `${jsonText({ ...manifest, digest: digestOf(manifest) }, 2)}\n`;
}

/**
 * Reads a manifest. The digest comes before the version: it covers every version's members alike, so that a damaged
 * version number is told from a newer one.
 *
 * @throws Damage when the text is not what was written.
 * @throws FulgurError `checkpoint` for a format from the future.
 */
export function parseManifest(text: string, file: string): Manifest {
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
  if (!result.success) throw new Damage(file, 'is no checkpoint manifest');
  return result.data;
}

function parseObject(text: string, file: string): Record<string, unknown> {
  try {
    const value: unknown = parseJson(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // The finding below says it.
  }
  throw new Damage(file, 'is no JSON object');
}

/** @throws Damage for what no manifest holds, such as thousands of levels. */
function digestIn(manifest: object, file: string): string {
  try {
    return digestOf(manifest);
  } catch {
    throw new Damage(file, 'is no checkpoint manifest');
  }
}

function digestOf(manifest: object): string {
  return sha256([Buffer.from(jsonText(manifest))]);
}
