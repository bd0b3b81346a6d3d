import { FastSiam } from '../../../experiments/fastsiam';
import { collapseSentinel } from '../../../plugins/collapse-sentinel';
import {
  Plugin,
  compile,
  completeTrainerOptions,
  datasets,
  decodeSafetensors,
  definePlugin,
  load,
  nn,
  rehearse,
  requireStarted,
  start,
  tf,
} from '../../../src';
import type { ErrorKind, HookContext } from '../../../src';
import { resolveConfig } from '../../../src/config';
import { meet } from '../../../src/launch/environments/rendezvous/meet';
import { builtInCommands } from '../../../src/run/commands';

@Plugin({ name: 'counter' })
class Counter {
  onTrainBatchEnd({ log }: HookContext): void {
    log('epoch', 1);
  }
}

@Plugin({ name: 'witness' })
class Witness {
  static error: unknown = null;

  onException(_: HookContext, error: unknown): void {
    Witness.error = error;
  }
}

/** An act that fails, and what a reader would write to do it. */
export interface ErrorExample {
  readonly title: string;
  /** Throws the error, or returns it. */
  readonly fail: () => unknown;
}

/**
 * For each kind of error at least one act that ends in it. The reference shows the body of `fail` and the message that it got.
 */
export const errorExamples: Readonly<Record<ErrorKind, readonly [ErrorExample, ...ErrorExample[]]>> = {
  engine: [{ title: 'TensorFlow is used before it is started', fail: () => requireStarted() }],
  config: [
    {
      title: 'An option is misspelt, another has a wrong value',
      fail: () =>
        resolveConfig(FastSiam, ['--trainer.maxEpocs', '3', '--data.batchSize', '0'], builtInCommands),
    },
    { title: 'The same in code', fail: () => completeTrainerOptions({ maxEpochs: -1 }) },
  ],
  data: [{ title: 'A folder does not exist', fail: () => datasets.open('folder', { path: 'photos' }) }],
  trace: [
    {
      title: 'A step draws a number in JavaScript',
      fail: async () => {
        await start();
        const step = compile(() => tf.scalar(Math.random()));
        return step();
      },
    },
  ],
  module: [{ title: 'A layer is given a size that it cannot have', fail: () => new nn.Linear(0, 128) }],
  state: [
    { title: 'A file is not a safetensors file', fail: () => decodeSafetensors(new Uint8Array([1, 2, 3])) },
  ],
  checkpoint: [{ title: 'A run does not exist', fail: () => load('runs/fastsiam/version_0') }],
  plugin: [
    {
      title: 'A plugin watches nothing',
      fail: () => rehearse([collapseSentinel({ watch: '' })]),
    },
    {
      title: 'A plugin logs a metric under a name that is taken',
      fail: async () => (await rehearse([definePlugin(Counter)])).error,
    },
  ],
  trainer: [
    {
      title: 'The data has not a single batch',
      fail: async () => (await rehearse([], { batchesPerEpoch: 0 })).error,
    },
  ],
  ranks: [
    {
      title: 'Rank 1 starts, and rank 0 does not',
      fail: () =>
        meet({ host: '127.0.0.1', port: 9, token: '', rank: 1, worldSize: 2 }, { joinSeconds: 0.1 }),
    },
  ],
  interrupted: [
    {
      title: 'The user presses Ctrl-C: what onException of a plugin gets',
      fail: async () => {
        await rehearse([definePlugin(Witness)], { interruptAfter: () => 'SIGINT' });
        return Witness.error;
      },
    },
  ],
};
