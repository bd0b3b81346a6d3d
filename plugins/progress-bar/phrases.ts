import type { EvaluationProgress, RunInfo, RunStatus, TaskProgress } from '../../src';

type Metrics = Readonly<Record<string, number>>;

/** `Epoch 3: 12/78 [00:10<00:55, 1.20it/s, loss=-0.412]`. */
export function epochLine(epoch: number, standing: EpochStanding, metrics: Metrics): string {
  return `Epoch ${epoch}: ${tail(standing, metrics)}`;
}

/** The same with the percentage done and a bar that fills the rest of `columns`: `Epoch 3:  15%|██        | 12/78 [...]`. */
export function epochBar(epoch: number, standing: EpochStanding, metrics: Metrics, columns: number): string {
  const share = standing.total === 0 ? 1 : standing.done / standing.total;
  const head = `Epoch ${epoch}: ${String(Math.floor(share * 100)).padStart(3)}%`;
  const end = tail(standing, metrics);
  // Two bars, a space and one free column: a full last column makes some terminals wrap.
  const width = Math.min(Math.max(columns - head.length - end.length - 4, 10), 40);
  const filled = Math.floor(share * width);
  return `${head}|${'█'.repeat(filled)}${' '.repeat(width - filled)}| ${end}`;
}

/** `Sanity check: 1/2`, `Test: 3/16`. */
export function evaluationBar({ kind, sanityCheck, batchesDone, batches }: EvaluationProgress): string {
  return `${sanityCheck ? 'Sanity check' : evaluations[kind]}: ${batchesDone}/${batches}`;
}

/** `kNN evaluation: 1,200/8,000`. */
export function taskBar({ name, done, total }: TaskProgress): string {
  const far = total === 0 ? '' : `: ${done.toLocaleString('en')}/${total.toLocaleString('en')}`;
  return `${capitalized(name)}${far}`;
}

function capitalized(name: string): string {
  // A name such as kNN has its own capitals.
  return /[A-Z]/.test(name) ? name : `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}

const evaluations = { validation: 'Validation', test: 'Test', prediction: 'Prediction' } as const;

function tail({ done, total, elapsedSeconds, secondsPerBatch }: EpochStanding, metrics: Metrics): string {
  const left = secondsPerBatch === null ? '?' : duration(secondsPerBatch * (total - done));
  const shown = Object.entries(metrics).map(([name, value]) => `${name}=${metric(value)}`);
  return `${done}/${total} [${duration(elapsedSeconds)}<${left}, ${[speed(secondsPerBatch), ...shown].join(', ')}]`;
}

/** `01:05`; from one hour, `1:01:05`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const pair = (value: number) => String(value).padStart(2, '0');
  const minutesAndSeconds = `${pair(Math.floor(whole / 60) % 60)}:${pair(whole % 60)}`;
  return whole < 3600 ? minutesAndSeconds : `${Math.floor(whole / 3600)}:${minutesAndSeconds}`;
}

function speed(secondsPerBatch: number | null): string {
  if (secondsPerBatch === null || secondsPerBatch <= 0) return '?it/s';
  return secondsPerBatch > 1
    ? `${secondsPerBatch.toFixed(2)}s/it`
    : `${(1 / secondsPerBatch).toFixed(2)}it/s`;
}

function metric(value: number): string {
  const size = Math.abs(value);
  return value === 0 || (size >= 0.001 && size < 10_000) ? value.toFixed(3) : value.toPrecision(3);
}

/** Describes a run before its first epoch. */
export function runHead(info: RunInfo): string[] {
  const { name: data, samples, batchSize, ranks } = info.data;
  const share = ranks === 1 ? '' : ` on each of ${ranks} ranks`;
  const facts: [string, string][] = [
    ['data', `${data}, ${samples.toLocaleString('en')} samples, batch ${batchSize}${share}`],
    ['device', info.device],
    ['seed', String(info.seed)],
    ...(info.folder === '' ? [] : [['folder', info.folder] as [string, string]]),
    ...(info.resumedFrom === null ? [] : [['resumed', `from ${info.resumedFrom}`] as [string, string]]),
  ];
  return [info.experiment, ...facts.map(([name, fact]) => `  ${name.padEnd(8)} ${fact}`)];
}

/** Describes how a run ended, and where its files are, if it has any. */
export function runEnd(status: RunStatus, detail: string | null, seconds: number, folder: string): string[] {
  const words = { finished: 'Finished', stopped: 'Stopped', interrupted: 'Interrupted', failed: 'Failed' };
  // The caller of the run reports the error; here it would appear twice.
  const reason = detail === null || status === 'failed' ? '.' : `: ${detail}`;
  const end = `${words[status]} after ${duration(seconds)}${reason}`;
  return folder === '' ? [end] : [end, `The run's files are in ${folder}.`];
}

/** Weight of a new batch's duration in the running mean: tqdm's smoothing. */
const smoothing = 0.3;

/** Elapsed time, speed and remaining time of one epoch, from the times at which batches ended. */
export class EpochPace {
  private done: number;
  private lastEnd: number;
  private smoothed: number | null = null;
  /** Time not spent on training: before the end of the last batch, and since. */
  private restedBefore = 0;
  private rested = 0;
  private restingSince: number | null = null;

  /**
   * @param startedAt milliseconds.
   * @param firstBatch number of batches done before, for an epoch that was resumed in the middle.
   */
  constructor(
    private readonly startedAt: number,
    private readonly firstBatch: number,
    private readonly total: number,
  ) {
    this.done = firstBatch;
    this.lastEnd = startedAt;
  }

  batchEnded(done: number, now: number): void {
    const perBatch = (now - this.lastEnd - this.rested) / 1000 / Math.max(done - this.done, 1);
    this.smoothed =
      this.smoothed === null ? perBatch : smoothing * perBatch + (1 - smoothing) * this.smoothed;
    this.done = done;
    this.lastEnd = now;
    this.restedBefore += this.rested;
    this.rested = 0;
  }

  /** Called when something other than training begins, such as an evaluation: its time does not belong to a batch. */
  rest(now: number): void {
    this.restingSince ??= now;
  }

  goOn(now: number): void {
    if (this.restingSince !== null) this.rested += now - this.restingSince;
    this.restingSince = null;
  }

  at(now: number): EpochStanding {
    return {
      done: this.done,
      total: this.total,
      elapsedSeconds: (now - this.startedAt) / 1000,
      secondsPerBatch: this.smoothed,
    };
  }

  /** Describes the whole epoch, which ended after `seconds`; what followed its last batch does not count in the speed. */
  ended(seconds: number): EpochStanding {
    const batches = this.done - this.firstBatch;
    const training = (this.lastEnd - this.startedAt - this.restedBefore) / 1000;
    return {
      done: this.done,
      total: this.total,
      elapsedSeconds: seconds,
      secondsPerBatch: batches === 0 ? null : training / batches,
    };
  }
}

export interface EpochStanding {
  /** Batches done, of `total`. */
  readonly done: number;
  readonly total: number;
  readonly elapsedSeconds: number;
  /** `null` before the first batch. */
  readonly secondsPerBatch: number | null;
}
