import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');

/** The phase in which a process was killed. */
export type Phase = 'start-up' | 'training' | 'saving' | 'validation' | 'end';

const phases: Readonly<Record<string, Phase>> = {
  training: 'training',
  update: 'training',
  saved: 'training',
  validated: 'training',
  saving: 'saving',
  validating: 'validation',
  ending: 'end',
};

/** When to kill: some time after the start, or after a mark has appeared for the Nth time. */
export interface Doom {
  readonly after: 'start' | 'saving' | 'validating';
  readonly nth: number;
  readonly milliseconds: number;
}

/** How a process ended: killed in a phase, or by itself. */
export interface Ending {
  readonly killedIn: Phase | null;
  readonly code: number | null;
  readonly errors: string;
  /** Seconds from its start to its first update; `null` if it reached none. */
  readonly secondsToUpdate: number | null;
}

/** Starts the experiment in a folder, resuming it if possible, and kills it when due. */
export async function runDoomed(
  folder: string,
  options: readonly string[],
  doom: Doom | null,
): Promise<Ending> {
  const file = join(root, 'bench/kills/experiment.ts');
  const resume = hasCheckpoint(folder) ? ['--resume', 'last'] : [];
  const started = performance.now();
  const child = spawn(
    process.execPath,
    ['-r', require.resolve('ts-node/register'), file, ...options, ...resume],
    {
      cwd: folder,
      env: { ...process.env, TS_NODE_PROJECT: join(root, 'tsconfig.json') },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let last: string | null = null;
  let killedIn: Phase | null = null;
  let errors = '';
  let secondsToUpdate: number | null = null;
  const timers: NodeJS.Timeout[] = [];
  const seen = new Map<string, number>();
  const kill = (): void => {
    timers.push(
      setTimeout(() => {
        killedIn = last === null ? 'start-up' : (phases[last] ?? 'training');
        child.kill('SIGKILL');
      }, doom?.milliseconds ?? 0),
    );
  };
  if (doom?.after === 'start') kill();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    for (const mark of text.split('\n')) {
      if (phases[mark] === undefined) continue;
      last = mark;
      if (mark === 'update') secondsToUpdate ??= (performance.now() - started) / 1000;
      seen.set(mark, (seen.get(mark) ?? 0) + 1);
      if (doom !== null && mark === doom.after && seen.get(mark) === doom.nth) kill();
    }
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const code = await new Promise<number | null>((ended, failed) => {
    child.once('error', failed);
    child.once('close', ended);
  });
  for (const timer of timers) clearTimeout(timer);
  // The process ended by itself before it was killed.
  return { killedIn: code === null ? killedIn : null, code, errors, secondsToUpdate };
}

function hasCheckpoint(folder: string): boolean {
  const parent = join(folder, 'runs', 'killed');
  return (
    existsSync(parent) &&
    readdirSync(parent).some((run) => existsSync(join(parent, run, 'checkpoints', 'last')))
  );
}
