import { formatBytes } from '../../errors';

const quietMs = 5_000;

/**
 * Turns byte counts into a few lines: one for every ten percent, and one after five seconds without any; in bytes if
 * the total is unknown.
 */
export function progressReport(
  title: string,
  onProgress: (line: string) => void,
): (done: number, total: number | null) => void {
  let said = -1;
  let saidAt = 0;
  return (done, total) => {
    const percent = total === null ? null : Math.floor(Math.min(1, done / Math.max(1, total)) * 100);
    const due = Date.now() - saidAt >= quietMs;
    const step = percent === null ? said + 1 : Math.floor(percent / 10);
    if (step <= said && !due) return;
    if (percent === null && !due) return;
    said = step;
    saidAt = Date.now();
    onProgress(`${title}: ${percent === null ? formatBytes(done) : `${percent}%`}`);
  };
}
