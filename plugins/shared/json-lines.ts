import { FulgurError, jsonText, parseJson } from '../../src';

/** Returns a value as a line of a JSON Lines file. */
export function jsonLine(value: unknown): string {
  return `${jsonText(value)}\n`;
}

/** Returns the lines of a JSON Lines text. A last line without a line end, left by a killed process, is ignored. */
export function wholeLines(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

/**
 * Reads the object of a line.
 *
 * @param line counted from 1, for the report.
 * @throws FulgurError `plugin`, naming the file and the line, if it is not an object.
 */
export function parseObject(text: string, path: string, line: number): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    value = null;
  }
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new FulgurError('plugin', {
    what: `${path} has no JSON object in line ${line}.`,
    fix: 'Repair the line, or move the file away.',
  });
}
