import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { childEnvironment, fulgurVersion, processFile } from '../config';
import type { Json, Notify } from '../contracts';
import type { DataInfo } from '../data';
import { engineInfo } from '../engine';
import type { World } from '../launch';
import { redactedData, runProgram } from '../system';

/**
 * Returns everything on which a run's figures depend besides its configuration: versions, machine, code, and the data
 * actually used.
 */
export async function environmentRecord(
  data: DataInfo,
  args: readonly string[],
  resumedFrom: string | null,
  world: World | null,
  notify: Notify,
): Promise<Json> {
  const { tensorflowVersion, device, deviceName, threads } = engineInfo();
  const file = processFile();
  return {
    fulgur: fulgurVersion(),
    node: process.versions.node,
    tensorflow: tensorflowVersion,
    device: { kind: device, name: deviceName, threads },
    machine: {
      platform: `${platform()} ${release()} ${arch()}`,
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      memoryGiB: Number((totalmem() / 2 ** 30).toFixed(1)),
    },
    command: redactedData([file ?? '', ...args]),
    commit: await gitCommit(file === null ? process.cwd() : dirname(file), notify),
    startedAt: new Date().toISOString(),
    resumedFrom,
    ranks:
      world === null
        ? 1
        : { worldSize: world.worldSize, localWorldSize: world.localWorldSize, from: world.source },
    data: { ...data },
  };
}

/** Comparing a checkout on a slow network disk takes seconds. */
const LIMIT_MILLISECONDS = 20_000;

/**
 * Returns the commit of a folder's files, followed by `-dirty` if they differ from it; `null` outside git, and, with a
 * message, if git does not answer.
 */
export async function gitCommit(
  folder: string,
  notify: Notify,
  limitMs = LIMIT_MILLISECONDS,
): Promise<string | null> {
  const ask = async (...words: string[]): Promise<string | null> => {
    const { code, stdout, overdue } = await runProgram('git', ['-C', folder, ...words], {
      limitMs,
      // Reading must neither wait for a lock of the index nor leave one behind.
      env: childEnvironment({ GIT_OPTIONAL_LOCKS: '0' }),
      awaited: `git, which names the commit of ${folder} for the run's record`,
      onWait: (sentence) => notify('info', sentence),
    });
    if (overdue) throw new Overdue();
    return code === 0 ? stdout.trim() : null;
  };
  try {
    const commit = await ask('rev-parse', 'HEAD');
    const changes = commit === null ? null : await ask('status', '--porcelain');
    if (commit === null || changes === null) return null;
    return commit + (changes === '' ? '' : '-dirty');
  } catch (error) {
    if (error instanceof Overdue) {
      notify(
        'warning',
        `git did not answer within ${limitMs / 1000} s; the run's record does not name the commit of ${folder}.`,
      );
    }
    return null;
  }
}

class Overdue extends Error {}
