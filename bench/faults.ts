/**
 * Simulates faults in a run on two ranks, and shows how long it takes until everything has ended and what the user
 * sees.
 *
 *   npx ts-node bench/faults.ts [--heartbeat 5]
 *
 * Each fault is real: a signal, a missing process, a port that is taken. The last line is a JSON object.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { positiveOption, runCommand } from './command';

interface Fault {
  readonly name: string;
  readonly words: readonly string[];
  readonly variables?: NodeJS.ProcessEnv;
  /** Sent to the launcher after its first update. */
  readonly signal?: NodeJS.Signals;
}

interface Seen {
  readonly fault: string;
  readonly exitCode: number | null;
  /** Seconds from the fault to the end of the launcher; from its start if the fault is present from the start. */
  readonly seconds: number;
  readonly said: string;
}

const experiment = join(__dirname, 'faults', 'experiment.ts');

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { heartbeat: { type: 'string', default: '5' } } });
  const heartbeat = positiveOption('heartbeat', values.heartbeat);
  const folder = mkdtempSync(join(tmpdir(), 'fulgur-faults-'));
  const taken = createServer();
  await new Promise<void>((done) => taken.listen(0, '0.0.0.0', done));
  const { port } = taken.address() as AddressInfo;
  const trouble = (kind: string, rank: number): string[] => [
    '--trouble',
    kind,
    '--troubleRank',
    String(rank),
  ];
  const faults: Fault[] = [
    { name: 'kill -9 of a worker', words: trouble('kill', 1) },
    { name: 'kill -9 of the leader', words: trouble('kill', 0) },
    { name: 'SIGSTOP of a worker', words: trouble('stop', 1) },
    { name: 'SIGSTOP of the leader', words: trouble('stop', 0) },
    { name: 'a rank exits with code 7', words: trouble('exit', 1) },
    { name: 'an error in a rank', words: trouble('throw', 1) },
    { name: 'ranks with different models', words: trouble('model', 1) },
    {
      name: 'a rank that never starts',
      words: ['--cluster.joinSeconds', '5'],
      variables: clusterOf(0, [await freePort(), await freePort()]),
    },
    { name: 'a port that is taken', words: [], variables: clusterOf(0, [port, await freePort()]) },
    { name: 'SIGTERM to the launcher', words: ['--pauseMilliseconds', '300'], signal: 'SIGTERM' },
    { name: 'kill -9, with --max-restarts 1', words: [...trouble('kill', 1), '--max-restarts', '1'] },
  ];
  const seen: Seen[] = [];
  console.log('| fault | exit code | seconds | said |\n|---|---|---|---|');
  for (const [index, fault] of faults.entries()) {
    const result = await replay(fault, heartbeat, join(folder, String(index)));
    seen.push(result);
    console.log(
      `| ${result.fault} | ${result.exitCode} | ${result.seconds.toFixed(1)} | ${result.said.replaceAll('|', '\\|')} |`,
    );
  }
  taken.close();
  rmSync(folder, { recursive: true });
  console.log(JSON.stringify({ heartbeat, faults: seen }));
}

async function replay(fault: Fault, heartbeat: number, folder: string): Promise<Seen> {
  const mark = `${folder}.mark`;
  const words = [
    ...process.execArgv,
    experiment,
    ...['--trainer.defaultRootDir', folder, '--mark', mark],
    ...['--cluster.heartbeatSeconds', String(heartbeat)],
    ...fault.words,
  ];
  let began = Date.now();
  const child = spawn(process.execPath, words, {
    env: { ...process.env, ...fault.variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  let isSignalled = false;
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (fault.signal === undefined || isSignalled || !text.includes('update 1 ')) return;
    isSignalled = true;
    began = Date.now();
    child.kill(fault.signal);
  });
  const exitCode = await new Promise<number | null>((done) => child.once('close', done));
  const ended = Date.now();
  return {
    fault: fault.name,
    exitCode,
    seconds: (ended - (timeIn(mark) ?? began)) / 1000,
    said: wordsOf(errors),
  };
}

/** The time of the fault, if the rank recorded it. */
function timeIn(mark: string): number | null {
  try {
    return Number(readFileSync(mark, 'utf8'));
  } catch {
    return null;
  }
}

/** Returns the sentences that report the fault. */
function wordsOf(errors: string): string {
  const lines = errors.split('\n').filter((line) => /Error: |WARNING: |SIGTERM: |\(interrupted\)/.test(line));
  return lines.map((line) => line.replace(/\(process \d+\)/, '(process N)')).join(' ');
}

function clusterOf(rank: number, ports: readonly number[]): NodeJS.ProcessEnv {
  const worker = ports.map((port) => `127.0.0.1:${port}`);
  return { TF_CONFIG: JSON.stringify({ cluster: { worker }, task: { type: 'worker', index: rank } }) };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

void runCommand(main);
