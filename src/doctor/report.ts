import { shown } from '../system';
import type { Finding } from './finding';

const marks: Readonly<Record<Finding['state'], string>> = { ok: 'ok', failed: 'FAIL', unchecked: '-' };

/** Formats a finding as a line, with its fix as a second one. */
export function formatFinding({ name, state, detail, fix }: Finding): string {
  const line = `${marks[state].padEnd(4)}  ${name.padEnd(10)}  ${shown(detail)}`;
  return fix === null ? line : `${line}\n${' '.repeat(18)}fix: ${shown(fix)}`;
}

/** Returns all findings as one JSON object: `{ ok, findings }`. */
export function formatJson(findings: readonly Finding[]): string {
  return JSON.stringify({ ok: isHealthy(findings), findings });
}

/** Whether nothing failed. */
export function isHealthy(findings: readonly Finding[]): boolean {
  return findings.every(({ state }) => state === 'ok');
}
