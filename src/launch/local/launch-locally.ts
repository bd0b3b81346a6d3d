import type { Notify } from '../../contracts';
import { printableLine, shown, writeText } from '../../system';
import { freePorts } from './free-ports';
import type { LaunchSignal } from './messages';
import { RankGroup, signalCodes } from './rank-group';
import { reportOf, shortReason } from './report';

export interface LaunchRequest {
  readonly ranks: number;
  /** Command line of a rank: Node, its own options, the file, its words. */
  readonly command: readonly string[];
  /** Additional environment of a rank; `ports` are free ones of 127.0.0.1, one per rank. */
  readonly variables: (rank: number, ports: readonly number[]) => Readonly<Record<string, string>>;
  /** The command that resumes from the contents of a run's folder; `null` if there is nothing to resume from. */
  readonly commandToResume: (runFolder: string) => readonly string[] | null;
  readonly maxRestarts: number;
  /** How long the others have to end by themselves once one has failed. */
  readonly heartbeatSeconds: number;
  /** Signals that are passed on. */
  readonly signals: readonly LaunchSignal[];
  readonly notify: Notify;
  /** Receives the prefixed lines of ranks and the report (default: this process's own streams). */
  readonly write?: (text: string, stream: 'stdout' | 'stderr') => void;
  /** Whether rank 0 writes directly to the terminal (default: if there is one). */
  readonly ownsTerminal?: boolean;
}

/** The exit code for an invalid command line: every rank reports it, and restarting would not help. */
const USAGE_CODE = 2;
/** npm forwards Ctrl-C to a process that the terminal has already signalled: two in quick succession count as one. */
const ECHO_MILLISECONDS = 500;

/**
 * Starts one process per rank on this machine and supervises them until all have ended: forwards their output, with the
 * rank before each line, and the user's signals; ends all when one dies; restarts all if requested. A second signal
 * ends them at once.
 *
 * @returns the exit code for this process.
 */
export async function launchLocally(request: LaunchRequest): Promise<number> {
  const { ranks, maxRestarts, heartbeatSeconds, notify, signals } = request;
  const { write = writeToStreams, ownsTerminal = process.stdout.isTTY } = request;
  let group: RankGroup | null = null;
  let received: { readonly signal: LaunchSignal; readonly at: number } | null = null;
  const listener = (signal: NodeJS.Signals): void => {
    const at = performance.now();
    // A second hang-up comes from the shell, and is not a request to end at once.
    if (received !== null && (signal === 'SIGHUP' || at - received.at < ECHO_MILLISECONDS)) return;
    if (received === null) group?.signal(signal as LaunchSignal);
    else group?.kill();
    received ??= { signal: signal as LaunchSignal, at };
  };
  for (const signal of signals) process.on(signal, listener);
  try {
    let { command } = request;
    for (let restarts = 0; ; restarts++) {
      const ports = await freePorts(ranks);
      // The signal may have arrived between two groups.
      const early = endedBy(received);
      if (early !== null) return early;
      group = new RankGroup({
        ...{ ranks, command, heartbeatSeconds, ownsTerminal },
        variables: (rank) => request.variables(rank, ports),
        onLine: (rank, line, stream) => write(`[rank ${rank}] ${printableLine(line)}\n`, stream),
      });
      const end = await group.ended;
      if (end.culprit === null) return end.exitCode;
      const byUser = endedBy(received);
      if (byUser !== null) return byUser;
      if (end.exitCode === USAGE_CODE) return USAGE_CODE;
      const resuming = end.runFolder === null ? null : request.commandToResume(end.runFolder);
      if (restarts >= maxRestarts) {
        const report = reportOf(end, ranks, resuming !== null);
        write(`${report.map(shown).join('\n')}\n`, 'stderr');
        return end.exitCode;
      }
      command = resuming ?? request.command;
      notify(
        'warning',
        `Restarting all ranks (${restarts + 1} of at most ${maxRestarts}): ${shortReason(end)}.`,
      );
    }
  } finally {
    for (const signal of signals) process.off(signal, listener);
    group?.kill();
  }
}

function endedBy(received: { readonly signal: LaunchSignal } | null): number | null {
  return received === null ? null : signalCodes[received.signal];
}

function writeToStreams(text: string, stream: 'stdout' | 'stderr'): void {
  writeText(process[stream], text);
}
