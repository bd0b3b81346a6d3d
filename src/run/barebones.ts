import type { RunEventBus } from '../contracts';

/** Adds up where a run's time goes, from its events. */
export function measureOverhead(events: RunEventBus): { report(): void } {
  let batches = 0;
  let steps = 0;
  let data = 0;
  let validation = 0;
  let epochs = 0;
  const disposers = [
    events.on('batchEnded', (_, { stepSeconds, dataSeconds }) => {
      batches += 1;
      steps += stepSeconds;
      data += dataSeconds;
    }),
    events.on('evaluationEnded', ({ sanityCheck }, _, seconds) => {
      if (!sanityCheck) validation += seconds;
    }),
    events.on('epochEnded', (_, __, seconds) => {
      epochs += seconds;
    }),
  ];
  return {
    report: () => {
      for (const dispose of disposers) dispose();
      if (batches === 0 || epochs === 0) return;
      const perBatch = (seconds: number): string => `${((1000 * seconds) / batches).toFixed(3)} ms`;
      events.emit(
        'message',
        'info',
        `Barebones: ${batches} batches, each ${perBatch(steps)} of step, ${perBatch(data)} of waiting for data and ` +
          `${perBatch(Math.max(0, epochs - validation - steps - data))} of the framework itself.`,
      );
    },
  };
}
