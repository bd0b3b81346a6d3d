import { performance } from 'node:perf_hooks';
import { FulgurError } from '../../src/errors';
import { RandomStream } from '../../src/engine/random';

/** How a module handled an input: accepted, rejected with a message, or in a way that is a defect. */
export type Outcome =
  | { readonly verdict: 'accepted' }
  | { readonly verdict: 'refused'; readonly message: string }
  | { readonly verdict: 'defect'; readonly message: string };

/** One kind of input, with the module that reads it. */
export interface Group {
  readonly name: string;
  /** Milliseconds that a case may take on a busy machine. */
  readonly limit: number;
  /** Draws an input and judges how it is handled. */
  run(draw: RandomStream): Promise<Outcome>;
  close?(): Promise<void>;
}

export const accepted: Outcome = { verdict: 'accepted' };

/** Maximum length of a message for a user, whatever the input is. */
const LONGEST_LINE = 4000;

export function defect(message: string): Outcome {
  return { verdict: 'defect', message };
}

/**
 * Classifies a thrown error: it is a rejection if it is readable and of a kind that the module promises.
 *
 * @param promised the kinds of errors besides `FulgurError`.
 */
export function refusalOf(error: unknown, promised: readonly string[] = []): Outcome {
  if (!(error instanceof Error) && Object.prototype.toString.call(error) !== '[object Error]') {
    return defect(`threw ${typeof error}`);
  }
  const { name, message } = error as Error;
  if (!(error instanceof FulgurError) && !promised.includes(name)) return defect(`${name}: ${message}`);
  const lines = error instanceof FulgurError ? error.lines : [message];
  const longest = Math.max(...lines.map(({ length }) => length));
  if (longest > LONGEST_LINE) return defect(`a message with a line of ${longest} characters`);
  if (lines.length > 1000) return defect(`a message of ${lines.length} lines`);
  if (/Cannot read properties|is not a function|Maximum call stack/.test(message)) return defect(message);
  return { verdict: 'refused', message };
}

/** Judges one case; the same group, seed and number produce the same case everywhere. */
export async function runCase(group: Group, seed: number, number: number): Promise<Outcome> {
  const began = performance.now();
  const outcome = await outcomeOf(group, new RandomStream(seed, 'loose', [number, codeOf(group.name)]));
  const milliseconds = performance.now() - began;
  if (outcome.verdict === 'defect' || milliseconds <= group.limit) return outcome;
  return defect(`took ${Math.round(milliseconds / 1000)} s`);
}

async function outcomeOf(group: Group, draw: RandomStream): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => resolve(defect('did not end')), 3 * group.limit);
  });
  try {
    return await Promise.race([group.run(draw), late]);
  } catch (error) {
    return defect(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    clearTimeout(timer);
  }
}

function codeOf(name: string): number {
  return Buffer.from(name).reduce((code, byte) => (code * 31 + byte) >>> 0, 7);
}
