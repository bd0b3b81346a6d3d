import { Worker } from 'node:worker_threads';

/** Seconds without a finished case after which a loop counts as infinite. */
const patience = 90;

const code = `
const { workerData } = require('node:worker_threads');
const beat = new Float64Array(workerData);
let seen = -1;
setInterval(() => {
  if (beat[0] !== seen) { seen = beat[0]; return; }
  require('node:fs').writeSync(2, 'Error: case ' + beat[1] + ' of group ' + beat[2] + ' does not end.\\n');
  process.kill(process.pid, 'SIGKILL');
}, ${patience * 1000});
`;

/** Ends this process if a case blocks it, and reports the case. */
export class Watchdog {
  private readonly beat = new Float64Array(new SharedArrayBuffer(24));
  private readonly worker = new Worker(code, { eval: true, workerData: this.beat.buffer });

  caseBegins(number: number, group: number): void {
    this.beat.set([(this.beat[0] ?? 0) + 1, number, group]);
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }
}
