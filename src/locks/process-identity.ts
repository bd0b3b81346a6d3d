import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Names one process for good: the system gives a process's number to others after its end, but not with its start time. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When the system started it, in the system's own words; empty where it does not say. */
  readonly started: string;
}

/** This process. */
export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, started: startTime(process.pid) };
}

/** Whether that very process still runs on this machine. */
export function isAlive({ pid, started }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as somebody else's.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = startTime(pid);
  return now === '' ? started === '' : started === '' || now === started;
}

/** Start time of a process; empty for a process that has ended and for one that the system tells nothing about. */
function startTime(pid: number): string {
  return process.platform === 'linux' ? linuxStartTime(pid) : posixStartTime(pid);
}

function linuxStartTime(pid: number): string {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name, in brackets, may hold spaces: count fields after it. State is field 3, start time field 22.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? '' : (fields[19] ?? '');
  } catch {
    return '';
  }
}

function posixStartTime(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      timeout: 5_000,
      killSignal: 'SIGKILL',
    }).trim();
  } catch {
    return '';
  }
}
