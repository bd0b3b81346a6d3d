import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** Returns the CPU seconds so far of a process and its descendants, including those that have ended (Linux only). */
export function cpuSecondsOfTree(pid: number): number {
  const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  const processes = new Map(
    readdirSync('/proc').flatMap((name) => {
      const found = /^\d+$/.test(name) ? statistics(name) : null;
      return found === null ? [] : [[Number(name), found] as const];
    }),
  );
  const below = (parent: number): number =>
    [...processes].reduce(
      (sum, [child, found]) => (found.parent === parent ? sum + below(child) : sum),
      processes.get(parent)?.ticks ?? 0,
    );
  return below(pid) / ticks;
}

function statistics(pid: string): { parent: number; ticks: number } | null {
  try {
    // The name, in brackets, may contain anything.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number);
    const [user, system, childrenUser, childrenSystem] = fields.slice(11, 15);
    return {
      parent: fields[1] ?? 0,
      ticks: (user ?? 0) + (system ?? 0) + (childrenUser ?? 0) + (childrenSystem ?? 0),
    };
  } catch {
    return null;
  }
}
