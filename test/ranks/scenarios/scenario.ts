import { start } from '../../../src/engine';
import { leaveCluster } from '../../../src/engine';
import { ProcessGroup } from '../../../src/strategy';

/** Joins the ranks that the command line names, does the scenario, and prints what it gives. */
export function scenario(run: (ranks: ProcessGroup) => Promise<unknown>): void {
  const [rank = '0', addresses = ''] = process.argv.slice(2);
  const play = async (): Promise<void> => {
    await start({
      threads: 1,
      cluster: { rank: Number(rank), addresses: addresses.split(','), heartbeatSeconds: 5, joinSeconds: 60 },
    });
    const value = await run(new ProcessGroup());
    await leaveCluster();
    console.log(JSON.stringify(value));
    process.exit(0);
  };
  play().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
}
