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
  /** Environment of a rank, besides this process's own; `ports` are free ones of 127.0.0.1, one a rank. */
  readonly variables: (rank: number, ports: readonly number[]) => Readonly<Record<string, string>>;
  /** The command that goes on from what a run's folder holds; `null` where it holds nothing to go on from. */
  readonly commandToResume: (runFolder: string) => readonly string[] | null;
  readonly maxRestarts: number;
  /** How long the others get to end by themselves once one has ended badly. */
  readonly heartbeatSeconds: number;
  /** Signals that are passed on. */
  readonly signals: readonly LaunchSignal[];
  readonly notify: Notify;
  /** Gets the prefixed lines of ranks, and the report (default: this process's own streams). */
  readonly write?: (text: string, stream: 'stdout' | 'stderr') => void;
  /** Whether rank 0 gets the terminal itself for its output (default: where there is one). */
  readonly ownsTerminal?: boolean;
}

/** A wrong command line: every rank says so, and starting again would not help. */
const USAGE_CODE = 2;
/** npm passes a Ctrl-C on to a process that the terminal has told already: two so close are one. */
const ECHO_MILLISECONDS = 500;

/**
 * Starts one process a rank on this machine and watches over them until all have ended: passes on what they write, with
 * the rank before each line, and the user's signals; ends all when one dies; starts all again where that is wished. A
 * second signal ends them at once.
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
    // A second hang-up is the shell's, and not the wish to end at once.
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
      // The signal may have come between two groups.
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
        `All ranks start again (${restarts + 1} of at most ${maxRestarts}): ${shortReason(end)}.`,
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
