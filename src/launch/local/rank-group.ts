import { startTimer } from '../../system';
import type { RunningTimer } from '../../system';
import { RankProcess } from './rank-process';
import type { RankEnd } from './rank-process';
import type { FromRank, LaunchSignal } from './messages';

/** How a group ended: the first rank that failed, or that others found gone. */
export interface Culprit {
  readonly rank: number;
  readonly pid: number;
  readonly how: 'ended' | 'stopped' | 'silent';
  readonly end: RankEnd | null;
  readonly lastLines: readonly string[];
}

export interface GroupEnd {
  /** `null` if all succeeded. */
  readonly culprit: Culprit | null;
  /** The user's signal that ended it. */
  readonly signal: LaunchSignal | null;
  readonly exitCode: number;
  /** The time from the first sign of trouble to the end of all. */
  readonly secondsToEnd: number;
  readonly runFolder: string | null;
}

export interface GroupStart {
  readonly ranks: number;
  readonly command: readonly string[];
  readonly variables: (rank: number) => Readonly<Record<string, string>>;
  readonly heartbeatSeconds: number;
  readonly ownsTerminal: boolean;
  readonly onLine: (rank: number, line: string, stream: 'stdout' | 'stderr') => void;
}

/** Exit codes of a process ended by a signal, as in shells. */
export const signalCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGUSR1: 138 } as const;

const SETTLING_MILLISECONDS = 300;

/** Processes that live and end together. */
export class RankGroup {
  readonly ended: Promise<GroupEnd>;
  readonly #processes: RankProcess[];
  readonly #heartbeat: number;
  #finish: (end: GroupEnd) => void = () => undefined;
  #trouble: { readonly since: number; culprit: Culprit | null } | null = null;
  #timer: RunningTimer | null = null;
  #signal: LaunchSignal | null = null;
  #runFolder: string | null = null;
  /** Ranks that others found gone. */
  readonly #lost: number[] = [];

  constructor({ ranks, command, variables, heartbeatSeconds, ownsTerminal, onLine }: GroupStart) {
    this.#heartbeat = heartbeatSeconds * 1000;
    this.ended = new Promise((resolve) => (this.#finish = resolve));
    this.#processes = Array.from({ length: ranks }, (_, rank) => {
      return new RankProcess({
        rank,
        command,
        variables: variables(rank),
        ownsTerminal: ownsTerminal && rank === 0,
        onLine: (line, stream) => {
          // After the first sign of trouble, the others only report that they cannot continue.
          if (this.#trouble === null || this.#trouble.culprit?.rank === rank) onLine(rank, line, stream);
        },
        onMessage: (message) => this.#hear(message),
        onEnd: (end) => this.#rankEnded(rank, end),
      });
    });
  }

  get pids(): readonly number[] {
    return this.#processes.map(({ pid }) => pid);
  }

  /** Passes on the user's request to finish and save. */
  signal(signal: LaunchSignal): void {
    this.#signal ??= signal;
    for (const process of this.#processes) process.tell(signal);
  }

  /** Ends all at once. */
  kill(): void {
    for (const process of this.#processes) process.kill();
  }

  #hear(message: FromRank): void {
    if (message.kind === 'run-folder') {
      this.#runFolder = message.path;
      return;
    }
    this.#lost.push(...message.ranks);
    // Its own end, if any, may be about to be reported.
    startTimer(SETTLING_MILLISECONDS, () => {
      const lost = this.#processes.find(({ rank }) => message.ranks.includes(rank));
      if (lost !== undefined) this.#blame(lost);
    }).unref();
  }

  #rankEnded(rank: number, end: RankEnd): void {
    const process = this.#processes[rank];
    const wished = this.#signal !== null && end.code === signalCodes[this.#signal];
    if (process !== undefined && end.code !== 0 && !wished) this.#blame(this.#causeOf(process));
    const running = this.#processes.filter((other) => other.end === null);
    if (running.length === 0) this.#allEnded();
    else if (running.every(({ isStopped }) => isStopped)) this.kill();
    else this.#hurry();
  }

  /** A rank that failed may only have noticed that another is stopped or gone. */
  #causeOf(process: RankProcess): RankProcess {
    return (
      this.#processes.find(({ end, isStopped }) => end === null && isStopped) ??
      this.#processes.find(({ rank }) => this.#lost.includes(rank)) ??
      process
    );
  }

  /** The first one to be blamed remains the cause. */
  #blame(process: RankProcess): void {
    this.#trouble ??= { since: performance.now(), culprit: null };
    if (this.#trouble.culprit !== null) return;
    const { rank, pid, end, lastLines, isStopped } = process;
    const how = end !== null ? 'ended' : isStopped ? 'stopped' : 'silent';
    this.#trouble.culprit = { rank, pid, how, end, lastLines: [...lastLines] };
    this.#hurry();
  }

  /** Once one has ended, the others have one heartbeat's time to end by themselves. */
  #hurry(): void {
    if (this.#timer !== null) return;
    this.#timer = startTimer(this.#heartbeat, () => {
      const late = this.#processes.find(({ end }) => end === null);
      if (late !== undefined && this.#signal === null) this.#blame(late);
      this.kill();
    });
  }

  #allEnded(): void {
    this.#timer?.cancel();
    const culprit = this.#trouble?.culprit ?? null;
    const byUser = this.#signal === null ? 0 : signalCodes[this.#signal];
    this.#finish({
      culprit,
      signal: this.#signal,
      exitCode: culprit === null ? this.#cleanCode(byUser) : (culprit.end?.code ?? 1),
      secondsToEnd: this.#trouble === null ? 0 : (performance.now() - this.#trouble.since) / 1000,
      runFolder: this.#runFolder,
    });
  }

  /** Ranks that had finished before the signal reached them end with 0. */
  #cleanCode(byUser: number): number {
    return this.#processes.every(({ end }) => end?.code === 0) ? 0 : byUser;
  }
}
