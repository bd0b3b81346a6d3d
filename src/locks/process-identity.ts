import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Identifies one process for good: the system reuses a process's number after its end, but not with the same start
 * time.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** The time at which the system started it, as the system writes it; empty if unknown. */
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
    // EPERM: it runs under another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = startTime(pid);
  return now === '' ? started === '' : started === '' || now === started;
}

/**
 * Returns the start time of a process; empty for a process that has ended or about which the system reports nothing.
 */
function startTime(pid: number): string {
  return process.platform === 'linux' ? linuxStartTime(pid) : posixStartTime(pid);
}

function linuxStartTime(pid: number): string {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name, in brackets, may contain spaces, so fields are counted after it. State is field 3, start time
    // field 22.
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
