import { spawn } from 'node:child_process';
import { childEnvironment } from '../../config';
import { FulgurError, messageOf } from '../../errors';
import { runProgram } from '../../system';
import type { LaunchSignal } from './messages';
import { bringLoopbackUp, dieWithParent } from '../native/libc';

type Variables = Readonly<Record<string, string | undefined>>;

const MARK = 'FULGUR_ISOLATED';

/** Whether this process runs in a network of its own already. */
export function isIsolated(variables: Variables): boolean {
  return variables[MARK] === '1';
}

/** The first thing to do in there: brings the loopback up, and ties this process to the one outside. */
export function enterIsolation(): void {
  dieWithParent();
  bringLoopbackUp();
}

/**
 * Runs a command in a network namespace of its own, of which nobody else sees a port, and which sees none of the
 * machine's: data and TensorFlow must be on the disk. Signals are passed on.
 *
 * @returns the command's exit code.
 * @throws FulgurError `config` where the system does not permit it.
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
    what: `--isolate was given, and this system does not let this user make a network namespace: ${reason}.`,
    why: 'Without one the ranks listen on all interfaces of this machine, without a password.',
    fix: 'Leave out --isolate where the network is trusted, or let an administrator allow unprivileged user namespaces.',
  });
}

/** What keeps this user from making a network namespace; `null` where nothing does. */
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
