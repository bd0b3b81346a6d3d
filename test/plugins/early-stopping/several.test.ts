import { Plugin, definePlugin, inject, rehearse, tokens } from '../../../src';
import type { HookContext, Measuring, PlannedMetric, Rehearsal, RehearsalOptions } from '../../../src';
import { collapseSentinel } from '../../../plugins/collapse-sentinel';
import { earlyStopping } from '../../../plugins/early-stopping';

const loss = () => earlyStopping({ monitor: 'val_loss', patience: 4 });
const accuracy = () =>
  earlyStopping({ name: 'accuracy-stop', monitor: 'val_accuracy', mode: 'max', patience: 3 });

const falls = { val_loss: 1, val_accuracy: 0.5 };

function rehearsed(
  plugins: Parameters<typeof rehearse>[0],
  options: Partial<RehearsalOptions> = {},
): Promise<Rehearsal> {
  return rehearse(plugins, {
    options: { maxEpochs: 9, numSanityValSteps: 0 },
    batchesPerEpoch: 2,
    validationBatches: 1,
    validationMetrics: () => falls,
    ...options,
  });
}

it('ends at the first of several, and names it', async () => {
  const { result } = await rehearsed([loss(), accuracy()]);
  expect(result).toMatchObject({
    status: 'stopped',
    detail: 'accuracy-stop: val_accuracy has not improved on 0.5 in 3 checks',
    progress: { epoch: 3 },
  });
});

it('names the instance whose metric is not logged', async () => {
  const { error } = await rehearsed([loss(), earlyStopping({ name: 'other-stop', monitor: 'val_los' })]);
  expect((error as Error).message).toBe(
    "Plugin 'other-stop' failed in onTrainEpochEnd: earlyStopping({ name: 'other-stop' }) watches 'val_los', which was " +
      "not logged. The logged metrics are val_loss, val_accuracy. Did you mean 'val_loss'? Watch a metric that is logged by the end of each epoch, or pass " +
      'strict: false to wait for it.',
  );
});

describe('a resumed run with several', () => {
  async function brokenOff() {
    const first = await rehearsed([loss(), accuracy()], {
      interruptAfter: ({ epoch, batchIndex }) => (epoch === 2 && batchIndex === 0 ? 'Ctrl-C' : null),
    });
    const { state } = first;
    if (state === null) throw new Error('nothing was saved');
    expect(Object.keys(state.plugins)).toEqual(['early-stopping', 'accuracy-stop']);
    return state;
  }

  it('restores the state of each, in whatever order they are listed', async () => {
    const { result, messages } = await rehearsed([accuracy(), loss()], { resumeFrom: await brokenOff() });
    expect(result).toMatchObject({
      detail: 'accuracy-stop: val_accuracy has not improved on 0.5 in 3 checks',
      progress: { epoch: 3 },
    });
    expect(messages).toEqual([]);
  });

  it('continues without one that was removed, and reports it', async () => {
    const { result, messages } = await rehearsed([loss()], { resumeFrom: await brokenOff() });
    expect(result).toMatchObject({
      detail: 'val_loss has not improved on 1 in 4 checks',
      progress: { epoch: 4 },
    });
    expect(messages).toEqual([
      "warning: The checkpoint contains state of plugin 'accuracy-stop', which is not in this run.",
    ]);
  });

  it('starts one that was added at the first measurement after the resume', async () => {
    const rare = { options: { maxEpochs: 9, numSanityValSteps: 0, checkValEveryNEpoch: 2 } };
    const { state } = await rehearsed([loss()], {
      ...rare,
      interruptAfter: ({ epoch, batchIndex }) => (epoch === 2 && batchIndex === 0 ? 'Ctrl-C' : null),
    });
    const added = earlyStopping({ name: 'late-stop', monitor: 'val_loss', patience: 1 });
    const { result } = await rehearsed([loss(), added], { ...rare, resumeFrom: state });
    // It looks after epochs 3 and 5, and not at the value of epoch 1.
    expect(result).toMatchObject({
      detail: 'late-stop: val_loss has not improved on 1 in one check',
      progress: { epoch: 5 },
    });
  });
});

/** Measures at the end of every other epoch, and reports it beforehand where it is told to. */
@Plugin({ name: 'probe' })
class Probe implements Measuring {
  constructor(@inject(tokens.pluginOptions) private readonly options: { readonly announced: boolean }) {}

  measures(): readonly PlannedMetric[] {
    return this.options.announced ? [{ metric: 'probed', everyNEpochs: 2 }] : [];
  }

  onTrainEpochEnd({ log, progress }: HookContext): void {
    if (progress.epoch % 2 === 1) log('probed', 1);
  }
}

it('waits for the first value of a plugin that announces its metric, but of no other', async () => {
  const stop = earlyStopping({ monitor: 'probed', patience: 2 });
  const { result } = await rehearsed([stop, definePlugin(Probe, { announced: true })]);
  expect(result).toMatchObject({
    detail: 'probed has not improved on 1 in 2 checks',
    progress: { epoch: 5 },
  });
  const { error } = await rehearsed([stop, definePlugin(Probe, { announced: false })]);
  expect((error as Error).message).toContain("earlyStopping() watches 'probed', which was not logged.");
});

it('rejects a second one without a name, in one message', async () => {
  await expect(rehearsed([loss(), loss()])).rejects.toThrow(
    "Plugin 'early-stopping' is in the list 2 times: give one of them its own name, such as { name: 'early-stopping-2' } among its options.",
  );
});

it('rejects an invalid name', () => {
  expect(earlyStopping({ monitor: 'val_loss', name: 'Loss stop' }).problems).toEqual([
    'earlyStopping(): name is "Loss stop" (expected kebab-case, such as \'loss-stop\').',
  ]);
});

it('may be combined with collapse sentinels of several outputs', async () => {
  const { error } = await rehearsed([
    collapseSentinel({ watch: 'z' }),
    collapseSentinel({ watch: 'p', name: 'prediction-sentinel' }),
    loss(),
  ]);
  expect(error).toBeNull();
});
