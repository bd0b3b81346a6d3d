import { FulgurError } from '../../errors';

/** More than any cluster has, but few enough to be listed. */
const MOST_ENTRIES = 100_000;

/**
 * Expands a list of hosts in Slurm's notation, in its order: `n01`, `n02`, `gpu-a1` for `n[01-02],gpu-a1`. With several
 * brackets in a name, the last one varies fastest.
 * @throws FulgurError of kind `config` for a malformed list.
 */
export function expandHostList(list: string): string[] {
  const names = list.match(/(?:[^,[\]]|\[[^[\]]*\])+/g) ?? [];
  if (names.join(',') !== list) throw unreadable('list of hosts', list);
  const hosts: string[] = [];
  for (const name of names) {
    for (const host of hostsOf(name, list)) hosts.push(host);
    if (hosts.length > MOST_ENTRIES) throw unreadable('list of hosts', list);
  }
  return hosts;
}

function hostsOf(name: string, list: string): string[] {
  // Odd pieces were in brackets.
  const pieces = name.split(/[[\]]/);
  return pieces.reduce<string[]>(
    (heads, piece, index) => {
      const tails = index % 2 === 0 ? [piece] : numbersOf(piece, list);
      // The numbers of alternatives multiply.
      if (heads.length * tails.length > MOST_ENTRIES) throw unreadable('list of hosts', list);
      return heads.flatMap((head) => tails.map((tail) => head + tail));
    },
    [''],
  );
}

/** Returns the numbers of all ranges within a pair of brackets. */
function numbersOf(ranges: string, list: string): string[] {
  const numbers: string[] = [];
  for (const range of ranges.split(',')) {
    for (const number of numbersIn(range, list)) numbers.push(number);
    if (numbers.length > MOST_ENTRIES) throw unreadable('list of hosts', list);
  }
  return numbers;
}

/** Returns `01`, `02`, `03` for `01-03`, with as many digits as the first one. */
function numbersIn(range: string, list: string): string[] {
  const [, first = '', last = first] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
  const from = Number(first);
  const count = Number(last) - from + 1;
  if (first === '' || count < 1 || count > MOST_ENTRIES) throw unreadable('list of hosts', list);
  return Array.from({ length: count }, (_, step) => String(from + step).padStart(first.length, '0'));
}

/**
 * Returns the numbers of tasks per node: `2, 2, 2, 1` for `2(x3),1`.
 * @throws FulgurError of kind `config` for a malformed list.
 */
export function expandTaskCounts(list: string): number[] {
  const counts: number[] = [];
  for (const part of list.split(',')) {
    const [, count, times = '1'] = /^(\d+)(?:\(x(\d+)\))?$/.exec(part) ?? [];
    if (count === undefined || counts.length + Number(times) > MOST_ENTRIES) {
      throw unreadable('number of tasks per node', list);
    }
    for (let left = Number(times); left > 0; left -= 1) counts.push(Number(count));
  }
  return counts;
}

function unreadable(kind: string, list: string): FulgurError {
  return new FulgurError('config', {
    what: `Slurm's ${kind} "${list}" cannot be read.`,
    fix: 'Start with srun, and do not set variables that start with SLURM_ yourself.',
  });
}
