import type { GroupEnd } from './rank-group';

const SHOWN_LINES = 5;

/** Returns the report of a group that failed. */
export function reportOf({ culprit, secondsToEnd }: GroupEnd, ranks: number, canResume: boolean): string[] {
  if (culprit === null) return [];
  const { rank, pid, how, end, lastLines } = culprit;
  const happened =
    how === 'stopped'
      ? 'is stopped (SIGSTOP) and no longer responds'
      : how === 'silent'
        ? 'no longer responds'
        : end?.signal !== null && end?.signal !== undefined
          ? `was killed by ${end.signal}`
          : `ended with exit code ${end?.code ?? 'unknown'}`;
  // What it reported about its own end has already been forwarded.
  const saidWhy = how === 'ended' && lastLines.some((line) => line.startsWith('Error:'));
  const lines = saidWhy ? [] : lastLines.slice(-SHOWN_LINES).map((line) => `  [rank ${rank}] ${line}`);
  return [
    `Error: Rank ${rank} of ${ranks} (process ${pid}) ${happened}, and all ranks were ended ${secondsToEnd.toFixed(1)} s later.`,
    ...(lines.length === 0 ? [] : ['Its last lines:', ...lines]),
    ...(canResume
      ? ['Continue from the last checkpoint with --resume last; --max-restarts 3 does so by itself.']
      : []),
  ];
}

/** Returns the same in a few words, for the message of a restart. */
export function shortReason({ culprit }: GroupEnd): string {
  if (culprit === null) return 'a rank ended';
  const { rank, how, end } = culprit;
  if (how !== 'ended') return `rank ${rank} no longer responds`;
  return end?.signal === null || end?.signal === undefined
    ? `rank ${rank} ended with exit code ${end?.code ?? 'unknown'}`
    : `rank ${rank} was killed by ${end.signal}`;
}
