import { existsSync } from 'node:fs';
import { Plugin, definePlugin, inject, rehearse, start, tokens } from '../../src';
import type { HookContext, Json, ModelAccess, Notify, PluginHooks, RunFolder } from '../../src';
import { checkpointing } from '../../plugins/checkpointing';
import { csvLogger } from '../../plugins/csv-logger';
import { earlyStopping } from '../../plugins/early-stopping';
import { knnEval } from '../../plugins/knn-eval';
import { fit, messagesOf, plugin } from '../trainer/fakes/fit';

@Plugin({ name: 'counter' })
class Counter implements PluginHooks {
  private batches = 0;

  constructor(
    @inject(tokens.notify) private readonly notify: Notify,
    @inject(tokens.runFolder) private readonly folder: RunFolder,
  ) {}

  pluginState(): Json {
    return this.batches;
  }

  restorePluginState(state: Json): void {
    this.batches = Number(state);
  }

  onTrainBatchEnd({ log }: HookContext): void {
    this.batches += 1;
    log('batches_seen', this.batches);
  }

  onValidationEnd({ stage }: HookContext): void {
    this.notify('info', stage);
  }

  onTrainEnd(): void {
    this.notify(
      'warning',
      `${this.batches} batches, folder ${existsSync(this.folder.path) ? 'there' : 'gone'}`,
    );
  }
}

/** Wishes to stop after each of some updates. */
@Plugin({ name: 'stopper' })
class Stopper implements PluginHooks {
  constructor(@inject(tokens.pluginOptions) private readonly updates: readonly number[]) {}

  onTrainBatchEnd({ progress, stop }: HookContext): void {
    if (this.updates.includes(progress.globalStep)) stop(`update ${progress.globalStep}`);
  }
}

const stopper = (...updates: readonly number[]) => definePlugin(Stopper, updates);

/** Counts the values of a metric, each once. */
@Plugin({ name: 'tally', order: 'monitor' })
class Tally implements PluginHooks {
  private seen = 0;

  constructor(@inject(tokens.notify) private readonly notify: Notify) {}

  onTrainEpochEnd({ measured, isDue, progress }: HookContext): void {
    const measurement = measured('val_loss', this.seen);
    const due = isDue('val_loss') ? 'due' : 'not due';
    if (measurement === undefined) {
      this.notify('info', `epoch ${progress.epoch}: nothing new, ${due}`);
      return;
    }
    const { value, step, epoch, serial, source } = measurement;
    this.seen = serial;
    this.notify(
      'info',
      `epoch ${progress.epoch}: ${value} of ${source}, step ${step}, epoch ${epoch}, ${due}`,
    );
  }

  pluginState(): Json {
    return this.seen;
  }

  restorePluginState(state: Json): void {
    this.seen = Number(state);
  }
}

describe('rehearse', () => {
  it('records when a metric was measured, even over a resume', async () => {
    const script = {
      options: { maxEpochs: 6, checkValEveryNEpoch: 2, numSanityValSteps: 1 },
      validationBatches: 1,
      validationMetrics: ({ epoch }: { epoch: number }) => ({ val_loss: epoch / 10 }),
    };
    const first = await rehearse([definePlugin(Tally)], {
      ...script,
      interruptAfter: ({ epoch, batchIndex }) => (epoch === 2 && batchIndex === 0 ? 'Ctrl-C' : null),
    });
    expect(first.messages).toEqual([
      'info: epoch 0: nothing new, not due',
      'info: epoch 1: 0.1 of evaluation, step 4, epoch 1, due',
    ]);
    const second = await rehearse([definePlugin(Tally)], { ...script, resumeFrom: first.state });
    expect(second.messages).toEqual([
      'info: epoch 2: nothing new, due',
      'info: epoch 3: 0.3 of evaluation, step 8, epoch 3, due',
      'info: epoch 4: nothing new, due',
      'info: epoch 5: 0.5 of evaluation, step 12, epoch 5, due',
    ]);
  });

  it("calls a fit's hooks in their order, with its metrics and events, without TensorFlow", async () => {
    const { result, calls, messages, rows, dispose, folder } = await rehearse([definePlugin(Counter)], {
      options: { maxEpochs: 2, numSanityValSteps: 1 },
      batchesPerEpoch: 2,
      validationBatches: 3,
      metrics: ({ globalStep }) => ({ train_loss: 1 / (1 + globalStep) }),
      validationMetrics: ({ epoch }) => ({ val_loss: epoch }),
    });
    expect(calls).toEqual([
      'counter onValidationEnd',
      'counter onTrainBatchEnd',
      'counter onTrainBatchEnd',
      'counter onValidationEnd',
      'counter onTrainBatchEnd',
      'counter onTrainBatchEnd',
      'counter onValidationEnd',
      'counter onTrainEnd',
    ]);
    expect(messages).toEqual([
      'info: sanity-check',
      'info: fit',
      'info: fit',
      'warning: 4 batches, folder there',
    ]);
    expect(rows).toEqual([
      { kind: 'step', epoch: 0, step: 1, values: { train_loss: 1, batches_seen: 1 } },
      { kind: 'step', epoch: 0, step: 2, values: { train_loss: 0.5, batches_seen: 2 } },
      { kind: 'epoch', epoch: 0, step: 2, values: { val_loss: 0 } },
      { kind: 'step', epoch: 1, step: 3, values: { train_loss: 1 / 3, batches_seen: 3 } },
      { kind: 'step', epoch: 1, step: 4, values: { train_loss: 0.25, batches_seen: 4 } },
      { kind: 'epoch', epoch: 1, step: 4, values: { val_loss: 1 } },
    ]);
    expect(result).toMatchObject({ status: 'finished', progress: { globalStep: 4 } });
    dispose();
    expect(existsSync(folder)).toBe(false);
  });

  it('ends at once if it resumes from a state that a plugin ended', async () => {
    const script = { options: { maxEpochs: 3 }, batchesPerEpoch: 4 };
    const first = await rehearse([stopper(6)], script);
    const second = await rehearse([stopper(6)], { ...script, resumeFrom: first.state });
    expect(second.result).toMatchObject({ status: 'stopped', detail: 'update 6' });
    expect(second.result?.progress.globalStep).toBe(6);
    first.dispose();
    second.dispose();
  });

  it('is interrupted and resumes with the state of the plugins', async () => {
    const script = { options: { maxEpochs: 2 }, batchesPerEpoch: 2 };
    const first = await rehearse([definePlugin(Counter)], {
      ...script,
      interruptAfter: ({ epoch, batchIndex }) => (epoch === 1 && batchIndex === 0 ? 'Ctrl-C' : null),
    });
    expect(first.result).toMatchObject({ status: 'interrupted', detail: 'Ctrl-C' });
    const second = await rehearse([definePlugin(Counter)], { ...script, resumeFrom: first.state! });
    expect(second.messages).toEqual(['warning: 4 batches, folder there']);
    expect(second.rows).toMatchObject([{ epoch: 1, step: 4, values: { batches_seen: 4 } }]);
    first.dispose();
    second.dispose();
  });

  it('runs the plugins of this package unchanged', async () => {
    const { result, messages, dispose } = await rehearse(
      [
        earlyStopping({ monitor: 'val_loss', patience: 2 }),
        csvLogger(),
        checkpointing({ monitor: 'val_loss' }),
      ],
      {
        options: { maxEpochs: 9 },
        validationBatches: 1,
        validationMetrics: ({ epoch }) => ({ val_loss: epoch }),
      },
    );
    expect(result).toMatchObject({ status: 'stopped', progress: { epoch: 2 } });
    expect(messages.filter((text) => text.includes('Saved'))).toEqual([
      'info: Saved checkpoint epoch=0-step=2 (end of epoch 0).',
      'info: Saved checkpoint epoch=1-step=4 (end of epoch 1).',
      'info: Saved checkpoint epoch=2-step=6 (end of epoch 2).',
    ]);
    dispose();
  });

  it('names a service that a plugin needs and a rehearsal lacks, and accepts one', async () => {
    const without = await rehearse([knnEval()]);
    expect(String(without.error)).toContain(
      "Plugin 'knn-eval' failed in onFitStart: A rehearsal has no evaluationData, but its open() was called. " +
        'Pass one: rehearse([...], { services: { evaluationData: ... } }).',
    );
    expect(without.state).toBeNull();
    without.dispose();

    @Plugin({ name: 'namer' })
    class Namer {
      constructor(
        @inject(tokens.model) private readonly model: ModelAccess,
        @inject(tokens.notify) private readonly notify: Notify,
      ) {}
      onFitStart(): void {
        this.notify('info', this.model.name);
      }
    }
    const model = {
      ...{
        name: 'Star',
        stateDict: () => new Map(),
        loadStateDict: () => undefined,
        variables: () => new Map(),
        modules: () => [],
      },
      embed: () => Promise.reject(new Error('not in this test')),
      freeze: () => Promise.reject(new Error('not in this test')),
      evaluatedWeights: () => 'raw' as const,
    };
    const { messages, dispose } = await rehearse([definePlugin(Namer)], { services: { model } });
    expect(messages).toEqual(['info: Star']);
    dispose();
  });

  it.each([
    [{}, [2], 2],
    [{ minEpochs: 2 }, [2], 12],
    [{ minEpochs: 2 }, [2, 7, 9], 9],
    [{ minSteps: 6 }, [5], 12],
    [{ minSteps: 6 }, [5, 6], 6],
    [{ minEpochs: 1, minSteps: 6 }, [4, 7], 7],
  ])('ends where a fit with %j that is asked to stop at updates %j would', async (minimum, wishes, end) => {
    // The rehearsals before this do without.
    await start();
    const options = { maxEpochs: 3, ...minimum };
    const played = await rehearse([stopper(...wishes)], { options, batchesPerEpoch: 4 });
    const { result: trained, events } = await fit({
      options,
      plugins: [plugin('stopper', new Stopper(wishes))],
      settings: { logEveryNSteps: 1 },
    });
    expect(played.result?.progress.globalStep).toBe(end);
    expect(trained?.progress.globalStep).toBe(end);
    expect(played.result?.detail).toBe(trained?.detail);
    expect(played.messages).toEqual(messagesOf(events).map((text) => `info: ${text}`));
    played.dispose();
  });

  it('passes the given batches to hooks', async () => {
    const seen: unknown[] = [];
    @Plugin({ name: 'watch' })
    class Watch implements PluginHooks {
      onTrainBatchEnd(_: HookContext, __: unknown, batch: unknown): void {
        seen.push(batch);
      }

      onValidationBatchStart(_: HookContext, batch: unknown): void {
        seen.push(batch);
      }
    }
    const plain = await rehearse([definePlugin(Watch)], { batchesPerEpoch: 1 });
    expect(seen.splice(0)).toEqual([{ played: true }]);
    const batch = (index: number) => ({ x: index });
    const given = await rehearse([definePlugin(Watch)], { batch, batchesPerEpoch: 2, validationBatches: 1 });
    // The check before training, two batches, and the validation after them.
    expect(seen).toEqual([{ x: 0 }, { x: 0 }, { x: 1 }, { x: 0 }]);
    plain.dispose();
    given.dispose();
  });
});
