/**
 * Fuzzes the modules that read what others wrote with random broken, hostile or odd inputs. Each input must be accepted
 * or rejected with an error: anything else is a defect, which is reported with the options that reproduce it.
 *
 *   npx ts-node bench/fuzz.ts [--seconds 60] [--seed S] [--group NAME] [--case N] [--python python3]
 *
 * Files of tensors are also read with Python's `safetensors`, if `--python` has it. The last line is a JSON object; the
 * exit code is 1 if there are defects.
 */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { FulgurError } from '../src/errors';
import { printable } from '../src/system';
import { positiveOption, runCommand } from './command';
import { groups } from './fuzz/groups';
import { runCase } from './fuzz/outcome';
import type { Group, Outcome } from './fuzz/outcome';
import { compareWithPython } from './fuzz/python-verdicts';
import { Tally } from './fuzz/tally';
import { Watchdog } from './fuzz/watchdog';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      group: { type: 'string' },
      case: { type: 'string' },
      python: { type: 'string', default: 'python3' },
    },
  });
  const seed = positiveOption('seed', values.seed);
  const chosen = chosenGroups(values.group);
  if (values.case !== undefined) return replay(chosen, seed, Number(values.case));

  const seconds = positiveOption('seconds', values.seconds);
  const tallies = new Map(chosen.map((group) => [group, new Tally(group.name)]));
  await runAll(tallies, seed, seconds);
  let defects = 0;
  for (const tally of tallies.values()) {
    console.log(tally.text());
    defects += tally.counts.defects;
  }
  if (chosen.some(({ name }) => name === 'safetensors')) {
    const { text, differing } = compareWithPython(values.python, seed);
    console.log(text);
    defects += differing;
  }
  const counts = Object.fromEntries([...tallies.values()].map((tally) => [tally.name, tally.counts]));
  console.log(JSON.stringify({ seconds, seed, groups: counts, defects }));
  if (defects > 0) process.exitCode = 1;
}

/** Groups take turns, so that each gets its share of the time. */
async function runAll(tallies: ReadonlyMap<Group, Tally>, seed: number, seconds: number): Promise<void> {
  const watchdog = new Watchdog();
  const end = performance.now() + seconds * 1000;
  const turn = Math.min(1000, (seconds * 1000) / tallies.size);
  while (performance.now() < end) {
    for (const [group, tally] of tallies) {
      const turnEnds = Math.min(end, performance.now() + turn);
      while (performance.now() < turnEnds) {
        const number = tally.next();
        watchdog.caseBegins(number, groups.indexOf(group));
        const began = performance.now();
        const outcome = await runCase(group, seed, number);
        tally.add(outcome, performance.now() - began);
        if (outcome.verdict === 'defect') tell(group, seed, number, outcome);
      }
    }
  }
  for (const group of tallies.keys()) await group.close?.();
  await watchdog.stop();
}

async function replay(chosen: readonly Group[], seed: number, number: number): Promise<void> {
  for (const group of chosen) {
    const outcome = await runCase(group, seed, number);
    console.log(`${group.name}: ${outcome.verdict}${'message' in outcome ? `: ${outcome.message}` : ''}`);
    if (outcome.verdict === 'defect') process.exitCode = 1;
    await group.close?.();
  }
}

function tell(group: Group, seed: number, number: number, outcome: Outcome): void {
  const message = 'message' in outcome ? printable(outcome.message.slice(0, 600)) : '';
  console.log(`defect: --group ${group.name} --seed ${seed} --case ${number}: ${message}`);
}

function chosenGroups(name: string | undefined): readonly Group[] {
  const chosen = groups.filter((group) => name === undefined || group.name === name);
  if (chosen.length > 0) return chosen;
  throw new FulgurError('config', {
    what: `Unknown group '${name ?? ''}'.`,
    fix: `Use one of: ${groups.map((group) => group.name).join(', ')}.`,
  });
}

// Does not wait for a case that did not end.
void runCommand(main).finally(() => process.exit());
