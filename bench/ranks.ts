import { availableParallelism } from 'node:os';
import { soloRanks, start } from '../src';
import type { Ranks } from '../src';
import { findWorld, followLauncher, launchLocally, localRankVariables } from '../src/launch';
import { ProcessGroup } from '../src/strategy';

/** Returns whether this process is one of several ranks that `launchBench` started. */
export function isRank(): boolean {
  return process.env['FULGUR_RANK'] !== undefined;
}

/** Starts the current command again on several ranks; rank 0's output is printed and returned. */
export async function launchBench(ranks: number, { quiet = false } = {}): Promise<string> {
  let output = '';
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const ownPrefix = '[rank 0] ';
  const exitCode = await launchLocally({
    ranks,
    command,
    variables: (rank, ports) =>
      localRankVariables({ rank, addresses: ports.map((port) => `127.0.0.1:${port}`) }),
    commandToResume: () => null,
    maxRestarts: 0,
    heartbeatSeconds: 10,
    signals: ['SIGINT', 'SIGTERM'],
    notify: (_, text) => console.error(text),
    ownsTerminal: false,
    write: (text, stream) => {
      const isFirst = text.startsWith(ownPrefix);
      if (stream === 'stderr') process.stderr.write(text);
      else if (isFirst) {
        const own = text.slice(ownPrefix.length);
        output += own;
        if (!quiet) process.stdout.write(own);
      }
    },
  });
  if (exitCode !== 0) process.exitCode = exitCode;
  return output;
}

/** Starts the engine on one rank or as one of several, which share the cores, and returns the group. */
export async function startRanks(threads?: number): Promise<Ranks> {
  const world = await findWorld(process.env);
  if (world === null) {
    await start(threads === undefined ? {} : { threads });
    return soloRanks;
  }
  followLauncher(() => process.exit(1));
  const { rank, addresses, localWorldSize } = world;
  const share = Math.max(1, Math.floor((threads ?? availableParallelism()) / localWorldSize));
  await start({ threads: share, cluster: { rank, addresses } });
  return new ProcessGroup();
}
