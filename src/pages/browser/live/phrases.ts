import type { LiveEnd, LiveProgress } from '../../../contracts';

const count = new Intl.NumberFormat('en-US');

/** `12` or `12 of 78`. */
export function ofTotal(done: number, total: number | null): string {
  return total === null ? count.format(done) : `${count.format(done)} of ${count.format(total)}`;
}

/** `45 s`, `12 min`, `3 h 05 min`, `2 d 4 h`. */
export function spokenDuration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `16:45`, with the day if it is not today. */
export function clock(at: number, now = Date.now()): string {
  const time = new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  if (isToday) return time;
  return `${new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}, ${time}`;
}

export function clockWithSeconds(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB');
}

/** Three digits, which is enough for speeds and times. */
export function roughly(value: number): string {
  if (value >= 1000) return count.format(Math.round(value));
  return String(Number(value.toPrecision(3)));
}

/** Share of the run that is done, from 0 to 1; `null` if it has no end. */
export function shareDone(progress: LiveProgress): number | null {
  const { epoch, batchIndex, batchesPerEpoch, globalStep, maxEpochs, maxSteps } = progress;
  const shares: number[] = [];
  if (maxEpochs !== null && maxEpochs > 0) {
    shares.push((epoch * batchesPerEpoch + batchIndex + 1) / (maxEpochs * batchesPerEpoch));
  }
  if (maxSteps !== null && maxSteps > 0) shares.push(globalStep / maxSteps);
  return shares.length === 0 ? null : Math.min(1, Math.max(...shares));
}

const words = {
  finished: 'Finished',
  stopped: 'Stopped',
  interrupted: 'Interrupted',
  failed: 'Failed',
  over: 'The run is ending',
} as const;

/** `Failed at 16:45: the loss is NaN.` */
export function endOf({ status, detail, at }: LiveEnd): string {
  const head = status === 'over' ? words.over : `${words[status]} at ${clock(at)}`;
  return detail === null ? `${head}.` : `${head}: ${detail}`;
}

/** The same for another run, whose end may never have been recorded. */
export function pastEndOf(end: LiveEnd): string {
  return end.status === 'over' ? `Ended at ${clock(end.at)}.` : endOf(end);
}

export function capitalised(text: string): string {
  // A name such as kNN has its own capitals.
  return /[A-Z]/.test(text) ? text : text.slice(0, 1).toUpperCase() + text.slice(1);
}
