import { Interruption } from '../../src/run/interruption';
import type { ProcessSignals } from '../../src/run/interruption';

type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGUSR1';

/** A process that only notes that it was to end. */
class FakeProcess implements ProcessSignals {
  readonly exits: number[] = [];
  readonly #listeners = new Set<readonly [Signal, (signal: Signal) => void]>();

  on(signal: Signal, listener: (signal: Signal) => void): void {
    this.#listeners.add([signal, listener]);
  }

  off(signal: Signal, listener: (signal: Signal) => void): void {
    for (const entry of this.#listeners) {
      if (entry[0] === signal && entry[1] === listener) this.#listeners.delete(entry);
    }
  }

  exit(code: number): void {
    this.exits.push(code);
  }

  send(sent: Signal): void {
    for (const [signal, listener] of this.#listeners) if (signal === sent) listener(signal);
  }

  get listening(): number {
    return this.#listeners.size;
  }
}

function scene({ slurm = false } = {}) {
  const requeued: string[] = [];
  const process = new FakeProcess();
  const said: string[] = [];
  const clock = { now: 0 };
  const interruption = new Interruption((level, text) => said.push(`${level}: ${text}`), {
    signals: process,
    now: () => clock.now,
    requeue: slurm ? () => Promise.resolve(void requeued.push('job')) : null,
  });
  const stopListening = interruption.listen();
  const reasons: string[] = [];
  const trainer = {
    interrupt: (reason: string) => void reasons.push(reason),
    ending: 'the run ends after the current batch.',
  };
  return { process, said, clock, requeued, interruption, stopListening, trainer, reasons };
}

describe('Interruption', () => {
  it('ends the process at once if nothing is being fitted yet', () => {
    const { process, said, interruption } = scene();
    process.send('SIGTERM');
    expect(process.exits).toEqual([143]);
    expect(said).toEqual(['info: SIGTERM: the run ends at once; it is not training.']);
    expect(interruption.exitCode).toBe(143);
  });

  it('interrupts the trainer first, and sets the exit code of the first signal', async () => {
    const { process, said, interruption, trainer, reasons } = scene();
    const result = await interruption.during(trainer, async () => {
      process.send('SIGINT');
      return 'interrupted';
    });
    expect({ result, reasons, exits: process.exits }).toEqual({
      result: 'interrupted',
      reasons: ['Ctrl-C'],
      exits: [],
    });
    expect(interruption.exitCode).toBe(130);
    expect(said).toEqual([
      'info: Ctrl-C: the run ends after the current batch. Press Ctrl-C again to end at once.',
    ]);
  });

  it('treats a signal that follows at once as an echo of the first, and ends at a later one', async () => {
    const { process, clock, interruption, trainer, reasons } = scene();
    await interruption.during(trainer, async () => {
      process.send('SIGINT');
      clock.now = 499;
      process.send('SIGINT');
      expect(process.exits).toEqual([]);
      clock.now = 500;
      process.send('SIGINT');
    });
    expect(process.exits).toEqual([130]);
    expect(reasons).toEqual(['Ctrl-C']);
  });

  it('treats a closed terminal as a SIGTERM, however often it is signalled', async () => {
    const { process, clock, said, interruption, trainer, reasons } = scene();
    await interruption.during(trainer, async () => {
      for (clock.now = 0; clock.now < 5000; clock.now += 700) process.send('SIGHUP');
      expect(process.exits).toEqual([]);
      process.send('SIGTERM');
    });
    expect({ reasons, exits: process.exits, said: said.length }).toEqual({
      reasons: ['SIGHUP'],
      exits: [143],
      said: 1,
    });
    expect(interruption.exitCode).toBe(129);
  });

  it('does not interrupt a trainer that has ended, even by failing', async () => {
    const { process, interruption, trainer, reasons } = scene();
    const failed = interruption.during(trainer, () => Promise.reject(new Error('no')));
    await expect(failed).rejects.toThrow('no');
    process.send('SIGINT');
    expect({ reasons, exits: process.exits }).toEqual({ reasons: [], exits: [130] });
  });

  it('ignores signals once it is disposed, and has no code without a signal', () => {
    const { process, interruption, stopListening } = scene();
    expect(process.listening).toBe(3);
    stopListening();
    expect(process.listening).toBe(0);
    expect(interruption.exitCode).toBeNull();
  });

  it("treats Slurm's SIGUSR1 as a request to end, and requeues the job when everything is saved", async () => {
    const { process, said, requeued, interruption, trainer, reasons } = scene({ slurm: true });
    await interruption.during(trainer, () => {
      process.send('SIGUSR1');
      return Promise.resolve();
    });
    expect([reasons, requeued]).toEqual([['SIGUSR1'], []]);
    expect(said).toEqual(['info: SIGUSR1: the run ends after the current batch. The job is then requeued.']);
    await interruption.finish();
    expect(requeued).toEqual(['job']);
    expect(interruption.exitCode).toBe(138);
  });

  it('requeues the job even before training, and only then ends', async () => {
    const { process, requeued } = scene({ slurm: true });
    process.send('SIGUSR1');
    expect([requeued, process.exits]).toEqual([['job'], []]);
    await new Promise(setImmediate);
    expect([requeued, process.exits]).toEqual([['job'], [138]]);
  });

  it('leaves SIGUSR1 to Node outside Slurm, and does not requeue for other signals', () => {
    const outside = scene();
    outside.process.send('SIGUSR1');
    expect(outside.process.exits).toEqual([]);
    const inside = scene({ slurm: true });
    inside.process.send('SIGTERM');
    expect([inside.requeued, inside.process.exits]).toEqual([[], [143]]);
  });
});
