import { join } from 'node:path';
import { parseJson } from '../contracts';
import { messageOf } from '../errors';
import { readRegularFile } from '../system';
import type { ReportedBand, RunMessage } from './reported-run';

/** The lines that `messageLog()` writes: one for each start, each message and each end of a run. */
export const MESSAGE_FILE = 'messages.jsonl';

/** How the last fit in a folder ended. */
export interface RunEnd {
  readonly status: string;
  readonly detail: string | null;
  readonly time: string;
}

export interface FoundMessages {
  readonly messages: readonly RunMessage[];
  readonly bands: readonly ReportedBand[];
  /** `null` if no fit has ended, or its end was not recorded. */
  readonly end: RunEnd | null;
}

/** Reads a run's messages; those of a resumed fit follow the earlier ones. */
export async function readMessages(
  folder: string,
  names: readonly string[],
  problems: string[],
): Promise<FoundMessages> {
  const messages: RunMessage[] = [];
  let bands: readonly ReportedBand[] = [];
  let end: RunEnd | null = null;
  if (!names.includes(MESSAGE_FILE)) return { messages, bands, end };
  try {
    const text = (await readRegularFile(join(folder, MESSAGE_FILE), 1 << 26)).toString('utf8');
    for (const line of text.split('\n').slice(0, -1)) {
      const entry = parseJson(line) as Readonly<Record<string, unknown>>;
      if (entry['kind'] === 'started') {
        bands = entry['bands'] as readonly ReportedBand[];
        end = null;
      } else if (entry['kind'] === 'message') messages.push(entry as unknown as RunMessage);
      else if (entry['kind'] === 'ended') end = entry as unknown as RunEnd;
    }
  } catch (error) {
    problems.push(`${MESSAGE_FILE} could not be read to the end: ${messageOf(error)}.`);
  }
  return { messages, bands, end };
}
