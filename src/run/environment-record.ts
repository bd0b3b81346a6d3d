import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { fulgurVersion, processFile } from '../config';
import type { Json, Notify } from '../contracts';
import type { DataInfo } from '../data';
import { engineInfo } from '../engine';
import type { World } from '../launch';
import { redactedData } from '../system';
import { gitCommit } from './git-commit';

/** What a run's figures depend on besides its configuration: versions, machine, code, and the data really used. */
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
