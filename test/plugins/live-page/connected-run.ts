/** A run with a live page as a process of its own: it prints its address, waits for a line, and ends. */
import { livePage } from '../../../plugins/live-page';
import { Plugin, definePlugin, rehearse } from '../../../src';

@Plugin({ name: 'wait-for-readers' })
class WaitForReaders {
  async onTrainStart(): Promise<void> {
    await new Promise((resolve) => process.stdin.once('data', resolve));
    process.stdin.destroy();
  }
}

async function main(): Promise<void> {
  const played = await rehearse([livePage({ port: 0 }), definePlugin(WaitForReaders)], {
    services: { notify: (_, text) => process.stdout.write(`${text}\n`) },
  });
  played.dispose();
  process.stdout.write(`ended ${Date.now()}\n`);
}

void main();
