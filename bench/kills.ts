/**
 * Kills a training run with SIGKILL at random moments, resumes it with `--resume last`, and compares its results with
 * those of an uninterrupted run: weights, optimiser, counters and metrics must be bit-identical.
 *
 *   npx ts-node bench/kills.ts [--kills 100] [--killsPerRun 5] [--seed 0]
 *
 * Runs have 0, 1 and 2 loader threads in turn. The last line is a JSON object; the exit code is 1 if anything differs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { RandomStream } from '../src';
import { positiveOption, runCommand } from './command';
import { runDoomed } from './kills/doomed-run';
import type { Doom, Ending, Phase } from './kills/doomed-run';
import { remainsOf } from './kills/remains';

/** Kills a training run a number of times, and then lets it finish. */
export async function killRun(
  folder: string,
  options: readonly string[],
  kills: number,
  draw: RandomStream,
): Promise<Ending[]> {
  const endings: Ending[] = [];
  for (let kill = 0; ; kill++) {
    const ending = await runDoomed(folder, options, kill < kills ? drawDoom(draw) : null);
    endings.push(ending);
    if (ending.killedIn === null) return endings;
  }
}

/** Some phases are too short to be hit by chance, so saves and validations are targeted. */
function drawDoom(draw: RandomStream): Doom {
  const kind = draw.uniform();
  const nth = 1 + draw.below(4);
  if (kind < 0.35) return { after: 'saving', nth, milliseconds: draw.uniform(0, 25) };
  if (kind < 0.55) return { after: 'validating', nth, milliseconds: draw.uniform(0, 60) };
  return { after: 'start', nth: 1, milliseconds: draw.uniform(0, 4000) };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '100' },
      killsPerRun: { type: 'string', default: '5' },
      seed: { type: 'string', default: '0' },
    },
  });
  const wanted = positiveOption('kills', values.kills);
  const perRun = positiveOption('killsPerRun', values.killsPerRun);
  const draw = new RandomStream(Number(values.seed), 'shuffle');
  const phases = new Map<Phase, number>();
  let kills = 0;
  let runs = 0;
  let identical = 0;
  let slowest = 0;
  const whole = await inFolder(async (folder) => {
    requireSuccess((await killRun(folder, [], 0, draw)).at(-1));
    return remainsOf(folder);
  });
  while (kills < wanted) {
    const workers = String(runs % 3);
    await inFolder(async (folder) => {
      const endings = await killRun(
        folder,
        ['--data.workers', workers],
        Math.min(perRun, wanted - kills),
        draw,
      );
      requireSuccess(endings.at(-1));
      for (const { killedIn, secondsToUpdate } of endings) {
        if (killedIn !== null) {
          kills += 1;
          phases.set(killedIn, (phases.get(killedIn) ?? 0) + 1);
        }
        slowest = Math.max(slowest, secondsToUpdate ?? 0);
      }
      const remains = remainsOf(folder);
      const same = isDeepStrictEqual(remains, whole);
      runs += 1;
      identical += same ? 1 : 0;
      const fell = endings.flatMap(({ killedIn }) => killedIn ?? []).join(', ');
      console.log(
        `run ${runs} (${workers} workers): killed in ${fell || 'no phase'}: ${same ? 'identical' : 'DIFFERENT'}`,
      );
      if (!same) console.log({ whole, remains });
    });
  }
  console.table(Object.fromEntries([...phases].map(([phase, count]) => [phase, { kills: count }])));
  console.log(
    JSON.stringify({ kills, runs, identical, worstSecondsToFirstUpdate: Number(slowest.toFixed(2)) }),
  );
  if (identical < runs) process.exitCode = 1;
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'fulgur-kills-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function requireSuccess(ending: Ending | undefined): void {
  if (ending?.code === 0) return;
  throw new Error(
    `A run that was not killed ended with code ${String(ending?.code)}: ${ending?.errors ?? ''}`,
  );
}

if (require.main === module) void runCommand(main);
