import { readFile, rename, writeFile } from 'node:fs/promises';
import { FulgurError } from '../../src';

/** Everything that a kNN accuracy depends on, and what it took. */
export interface KnnRecord {
  /** Epochs trained before the evaluation: 0 for random weights. */
  readonly epochsTrained: number;
  readonly globalStep: number;
  /** `null` where the features were not finite. */
  readonly accuracy: number | null;
  readonly k: number;
  readonly temperature: number;
  readonly data: string;
  readonly classes: number;
  readonly bankSamples: number;
  readonly querySamples: number;
  readonly featureWidth: number;
  readonly seconds: number;
}

/**
 * Puts a record at the end of a file of one JSON object a line. Records of the same epoch or later ones are those of
 * a killed run that this one repeats, and go; so does a half-written line.
 *
 * @throws FulgurError `plugin`, naming the file.
 */
export async function appendRecord(path: string, record: KnnRecord): Promise<void> {
  try {
    const earlier = recordsIn(await readIfThere(path)).filter(
      (old) => old.epochsTrained < record.epochsTrained,
    );
    await writeFile(`${path}.new`, [...earlier, record].map((line) => `${JSON.stringify(line)}\n`).join(''));
    await rename(`${path}.new`, path);
  } catch (cause) {
    throw new FulgurError('plugin', {
      what: `${path} cannot be written: ${(cause as Error).message}.`,
      fix: 'Free space on the disk or make the folder writable.',
      cause,
    });
  }
}

function recordsIn(text: string): KnnRecord[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as KnnRecord];
    } catch {
      return [];
    }
  });
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
