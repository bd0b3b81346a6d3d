import { spawn } from 'node:child_process';
import { childEnvironment } from '../../config';
import { FulgurError, messageOf } from '../../errors';
import { runProgram } from '../../system';
import type { LaunchSignal } from './messages';
import { bringLoopbackUp, dieWithParent } from '../native/libc';

type Variables = Readonly<Record<string, string | undefined>>;

const MARK = 'FULGUR_ISOLATED';

/** Whether this process already runs in its own network. */
export function isIsolated(variables: Variables): boolean {
  return variables[MARK] === '1';
}

/** Prepares an isolated process: brings the loopback up, and ties this process to the one outside. */
export function enterIsolation(): void {
  dieWithParent();
  bringLoopbackUp();
}

/**
 * Runs a command in its own network namespace. Its ports are invisible from outside, and it cannot reach the machine's
 * network, so data and TensorFlow must be on disk. Signals are passed on.
 *
 * @returns the command's exit code.
 * @throws FulgurError `config` if the system does not permit it.
 */
export async function isolateNetwork(
  command: readonly string[],
  signals: readonly LaunchSignal[],
): Promise<number> {
  await requirePermission();
  const child = spawn('unshare', [...unshareOptions, ...command], {
    env: childEnvironment({ [MARK]: '1' }),
    stdio: 'inherit',
  });
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of signals) process.on(signal, pass);
  try {
    return await new Promise<number>((done, failed) => {
      child.once('error', failed);
      child.once('close', (code) => done(code ?? 1));
    });
  } finally {
    for (const signal of signals) process.off(signal, pass);
  }
}

const TRIAL_MILLISECONDS = 10_000;
const unshareOptions = ['--user', '--map-root-user', '--net', '--'];

async function requirePermission(): Promise<void> {
  const reason = await reasonAgainst();
  if (reason === null) return;
  throw new FulgurError('config', {
    what: `--isolate was given, but this system does not let this user create a network namespace: ${reason}.`,
    why: 'Without one, the ranks listen on all interfaces of this machine, without a password.',
    fix: 'Remove --isolate if the network is trusted, or ask an administrator to allow unprivileged user namespaces.',
  });
}

/** Returns what prevents this user from creating a network namespace; `null` if nothing does. */
async function reasonAgainst(): Promise<string | null> {
  try {
    const { code, stderr, overdue } = await runProgram('unshare', [...unshareOptions, 'true'], {
      limitMs: TRIAL_MILLISECONDS,
      env: childEnvironment({}),
      awaited: 'unshare',
    });
    if (overdue) return `unshare did not answer within ${TRIAL_MILLISECONDS / 1000} s`;
    return code === 0 ? null : stderr.trim();
  } catch (error) {
    return messageOf(error);
  }
}
