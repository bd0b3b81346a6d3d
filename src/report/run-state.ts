import { join } from 'node:path';
import type { Json } from '../contracts';
import { lookAtLock } from '../locks';
import type { RunEnd } from './read-messages';
import type { RunMetrics, RunProgress } from './reported-run';

/** Describes how far a run got, from its lock, from the recorded end, or otherwise from its last logged values. */
export async function stateOf(
  folder: string,
  config: Json,
  metrics: RunMetrics | null,
  end: RunEnd | null,
): Promise<RunProgress> {
  const lock = await lookAtLock(join(folder, 'run.lock'));
  if (lock === 'held') return { kind: 'running', sentence: `Still running; ${reached(metrics)}.` };
  if (lock === 'left') {
    return {
      kind: 'failed',
      sentence: `Its process ended without reporting it, as a killed process does; ${reached(metrics)}.`,
    };
  }
  if (end !== null) return { kind: kindOf(end.status), sentence: endSentence(end, metrics) };
  const { maxEpochs, maxSteps } =
    (config as { trainer?: Readonly<Record<string, Json>> } | null)?.trainer ?? {};
  const last = lastOf(metrics);
  if (last === null) return { kind: 'unknown', sentence: 'No logger recorded how far it got.' };
  const isLast =
    (typeof maxSteps === 'number' && last.step >= maxSteps) ||
    (typeof maxEpochs === 'number' && last.epoch !== null && last.epoch + 1 >= maxEpochs);
  if (isLast) return { kind: 'finished', sentence: `Reached its last epoch; ${reached(metrics)}.` };
  if (last.epoch === null) return { kind: 'unknown', sentence: `Until then: ${reached(metrics)}.` };
  const planned = typeof maxEpochs === 'number' ? ` of ${maxEpochs} epochs` : '';
  return {
    kind: 'ended early',
    sentence: `Ended before its last epoch${planned === '' ? '' : ` (${last.epoch + 1}${planned} begun)`}; ${reached(metrics)}.`,
  };
}

function kindOf(status: string): RunProgress['kind'] {
  if (status === 'finished') return 'finished';
  return status === 'failed' ? 'failed' : 'ended early';
}

/** An error is a complete sentence; the reason why a run was stopped or interrupted is not. */
function endSentence({ status, detail }: RunEnd, metrics: RunMetrics | null): string {
  const words: Readonly<Record<string, string>> = {
    finished: 'Finished',
    stopped: 'Stopped by a plugin',
    interrupted: 'Interrupted by the user',
    failed: 'Failed',
  };
  const word = words[status] ?? status;
  if (detail === null) return `${word}; ${reached(metrics)}.`;
  return status === 'failed'
    ? `${word}; ${reached(metrics)}. ${detail}`
    : `${word} (${detail}); ${reached(metrics)}.`;
}

function reached(metrics: RunMetrics | null): string {
  const last = lastOf(metrics);
  return last === null
    ? 'nothing was logged'
    : `last logged after ${last.step.toLocaleString('en-US')} updates`;
}

/** Returns the highest step that has a value. */
function lastOf(metrics: RunMetrics | null): { readonly step: number; readonly epoch: number | null } | null {
  const ends = [...(metrics?.values.values() ?? [])].flatMap((values) => values.at(-1) ?? []);
  return ends.reduce<(typeof ends)[number] | null>(
    (last, value) => (last === null || value.step >= last.step ? value : last),
    null,
  );
}
