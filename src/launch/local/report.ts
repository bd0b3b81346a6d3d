import type { GroupEnd } from './rank-group';

const SHOWN_LINES = 5;

/** What the user is told of a group that ended badly. */
export function reportOf({ culprit, secondsToEnd }: GroupEnd, ranks: number, canResume: boolean): string[] {
  if (culprit === null) return [];
  const { rank, pid, how, end, lastLines } = culprit;
  const happened =
    how === 'stopped'
      ? 'is stopped (SIGSTOP) and was not heard of'
      : how === 'silent'
        ? 'was not heard of any more'
        : end?.signal !== null && end?.signal !== undefined
          ? `was killed by ${end.signal}`
          : `ended with exit code ${end?.code ?? 'unknown'}`;
  // What it said of its end itself was passed on already.
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

/** The same in a few words, for the message of a restart. */
export function shortReason({ culprit }: GroupEnd): string {
  if (culprit === null) return 'a rank ended';
  const { rank, how, end } = culprit;
  if (how !== 'ended') return `rank ${rank} was not heard of any more`;
  return end?.signal === null || end?.signal === undefined
    ? `rank ${rank} ended with exit code ${end?.code ?? 'unknown'}`
    : `rank ${rank} was killed by ${end.signal}`;
}
