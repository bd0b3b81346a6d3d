import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { KnnEval, knnEval } from '../../../plugins/knn-eval';
import { LinearProbe, linearProbe } from '../../../plugins/linear-probe';
import { WeightAveraging, weightAveraging } from '../../../plugins/weight-averaging';
import type { WeightAveragingOptions } from '../../../plugins/weight-averaging';
import type {
  ImageBatch,
  ModelAccess,
  PluginHooks,
  RunState,
  StateDict,
  WeightKind,
  TrainerInput,
} from '../../../src/contracts';
import { seedEverything, start } from '../../../src/engine';
import { SingleDevice } from '../../../src/strategy';
import { EventBus, Trainer, WeightSwitch, modelAccess } from '../../../src/trainer';
import { FeatureData } from '../../evaluation/fakes/feature-data';
import { plugin, settings } from '../../trainer/fakes/fit';
import { Points } from '../../trainer/fakes/points';
import type { PointBatch } from '../../trainer/fakes/points';
import { Regression } from '../../trainer/fakes/regression';
import { Notes, TemporaryRunFolder } from '../fakes/run';

/** Features are what the first layer and its batch norm give: they change with every weight that is averaged. */
class Evaluated extends Regression {
  failing = false;

  embed(images: tf.Tensor4D): tf.Tensor2D {
    return this.norm.forward(this.backbone.forward(tf.reshape(images, [images.shape[0], 3])));
  }
  override validationStep({ points, targets }: PointBatch): void {
    if (this.failing) throw new Error('no validation today');
    this.log('val_loss', tf.mean<tf.Scalar>(tf.squaredDifference(this.forward(points), targets)));
  }
  override testStep(batch: PointBatch): void {
    this.validationStep(batch);
  }
  override predictStep({ points }: PointBatch) {
    return { prediction: this.forward(points) };
  }
}

const rows = Float32Array.from({ length: 24 }, (_, i) => Math.sin(3 * i));
const labels = [0, 1, 0, 1, 0, 1, 0, 1];
const data = new FeatureData('waves', 2, 3, { train: { rows, labels }, test: { rows, labels } });
const question = (): ImageBatch => ({
  images: tf.tensor4d([1, 2, 3], [1, 1, 1, 3]),
  labels: tf.tensor1d([0], 'int32'),
  indices: tf.tensor1d([0], 'int32'),
});

let folder: TemporaryRunFolder;
beforeAll(() => start());
beforeEach(() => (folder = new TemporaryRunFolder()));
afterEach(() => folder.remove());

interface Setup {
  readonly averaging?: WeightAveragingOptions | null;
  readonly options?: TrainerInput;
  readonly hooks?: (trainer: () => Trainer, model: ModelAccess) => PluginHooks;
  readonly judges?: (model: ModelAccess, notes: Notes) => PluginHooks[];
}

function setUp({ averaging = { kind: 'ema', decay: 0.5 }, options, hooks, judges }: Setup) {
  seedEverything(0);
  const module = new Evaluated();
  const weights = new WeightSwitch();
  const model = modelAccess(module, weights);
  const notes = new Notes();
  const averages =
    averaging === null
      ? null
      : new WeightAveraging(weightAveraging(averaging).options as never, model, folder, notes.notify);
  if (averages !== null) weights.connect(averages);
  const own = hooks?.(() => trainer, model) ?? {};
  const trainer: Trainer = new Trainer(options ?? { maxEpochs: 2 }, {
    plugins: [
      // Before and behind the averages: the place in the list is of no account.
      ...(judges?.(model, notes) ?? []).map((judge, index) => plugin(`judge-${index}`, judge)),
      ...(averages === null ? [] : [plugin('weight-averaging', averages)]),
      plugin('own', own),
    ],
    events: new EventBus(),
    strategy: new SingleDevice(),
    settings,
    weights,
  });
  return { module, model, notes, trainer };
}

const embedded = async (model: ModelAccess): Promise<number[]> => [
  ...(await model.embed(question())).features,
];

/** Trains to the end, and gives the last state. */
async function trained(setup: Setup = {}) {
  const states: RunState[] = [];
  const made = setUp({
    ...setup,
    hooks: (trainer, model) => ({
      ...setup.hooks?.(trainer, model),
      onTrainEnd: async () => {
        states.push(await trainer().runState.capture());
      },
    }),
  });
  await made.trainer.fit(made.module, new Points(), { validation: new Points({ batches: 1 }) });
  const [state] = states;
  if (state === undefined) throw new Error('no state');
  return { ...made, state };
}

describe('the weights that evaluations see', () => {
  it('are the averages wherever a fit evaluates, from the first average on', async () => {
    const seen: { at: string; kind: WeightKind; features: number[]; raw: StateDict }[] = [];
    const looks = (at: string, access: ModelAccess) => async () => {
      const raw = access.stateDict();
      seen.push({ at, kind: access.evaluatedWeights(), features: await embedded(access), raw });
      expect(access.stateDict()).toEqual(raw);
    };
    const { module, model, state } = await trained({
      averaging: { kind: 'ema', decay: 0.5, startEpoch: 1 },
      hooks: (_, access) => ({
        onTrainBatchEnd: looks('batch', access),
        onTrainEpochEnd: looks('epoch', access),
        onFitEnd: looks('fit', access),
      }),
    });
    expect(seen.map(({ at, kind }) => `${at} ${kind}`)).toEqual([
      ...['batch raw', 'batch raw', 'batch raw', 'batch raw', 'epoch raw'],
      ...['batch averaged', 'batch averaged', 'batch averaged', 'batch averaged', 'epoch averaged'],
      'fit averaged',
    ]);
    // At the end the averages are the model's own.
    expect(module.stateDict()).toEqual(state.pluginTensors?.['weight-averaging']);
    expect(await embedded(model)).toEqual(seen.at(-2)?.features);
    expect(seen.at(-2)?.raw).toEqual(state.weights);
  });

  it.each(['inspect', 'validate', 'test', 'predict'] as const)(
    'are those that %s requests: averages by default',
    async (command) => {
      const { state } = await trained();
      const averages = state.pluginTensors?.['weight-averaging'];
      for (const weights of [undefined, null, 'averaged', 'raw'] as const) {
        const { module, trainer } = setUp({});
        const from = { state, path: 'last', ...(weights !== undefined && { weights }) };
        const kind = weights === 'raw' ? 'raw' : 'averaged';
        if (command === 'inspect') {
          const look = (said: WeightKind) => Promise.resolve({ said, state: module.stateDict() });
          const { said, state: held } = await trainer.inspect(module, from, look);
          expect(said).toBe(kind);
          expect(held).toEqual(kind === 'raw' ? state.weights : averages);
        } else {
          const result = await trainer[command](module, new Points({ batches: 2 }), from);
          expect(result.weights).toBe(kind);
        }
        expect(module.stateDict()).toEqual(state.weights);
      }
    },
  );

  it('are the raw ones, and reported as such, if averaging has not begun or nothing averages', async () => {
    for (const averaging of [{ kind: 'swa', startEpoch: 5 }, null] as const) {
      const { state } = await trained({ averaging });
      const { module, trainer } = setUp({ averaging });
      const result = await trainer.validate(module, new Points({ batches: 1 }), { state, path: 'last' });
      expect(result.weights).toBe('raw');
      const asked = { state, path: 'last', weights: 'averaged' } as const;
      const refusal =
        'The checkpoint last contains no averaged weights. weightAveraging() adds them once it has started to average. ' +
        'Remove --weights averaged, or choose a later checkpoint.';
      await expect(trainer.validate(module, new Points({ batches: 1 }), asked)).rejects.toThrow(refusal);
      await expect(trainer.inspect(module, asked, () => Promise.resolve())).rejects.toThrow(refusal);
    }
  });

  it('are recorded by the plugins that evaluate features, as by the commands', async () => {
    const knn = knnEval({ k: 3 }).options as never;
    const probe = linearProbe({ epochs: 2, everyNEpochs: 1, batchSize: 4 }).options as never;
    const records = async (averaging: WeightAveragingOptions | null) => {
      await trained({
        averaging,
        judges: (model, { notify }) => [
          new KnnEval(knn, model, data, folder, notify),
          new LinearProbe(probe, model, data, folder, notify),
        ],
      });
      const read = (name: string) =>
        readFileSync(folder.resolve(name), 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, unknown>);
      const found = { knn: read('knn.jsonl'), probe: read('linear-probe.jsonl') };
      folder.remove();
      folder = new TemporaryRunFolder();
      return found;
    };
    const averaged = await records({ kind: 'ema', decay: 0.9 });
    const raw = await records(null);
    expect([averaged.knn, averaged.probe].flat().map(({ weights }) => weights)).toEqual(
      Array(4).fill('averaged'),
    );
    expect([raw.knn, raw.probe].flat().map(({ weights }) => weights)).toEqual(Array(4).fill('raw'));
    expect(averaged.probe.map(({ trainLoss }) => trainLoss)).not.toEqual(
      raw.probe.map(({ trainLoss }) => trainLoss),
    );
  });

  it('leave the raw ones unchanged bit for bit if an evaluation fails or is aborted', async () => {
    const { state } = await trained();
    const failing = setUp({});
    failing.module.failing = true;
    await expect(
      failing.trainer.validate(failing.module, new Points({ batches: 1 }), { state, path: 'last' }),
    ).rejects.toThrow('no validation today');
    expect(failing.module.stateDict()).toEqual(state.weights);

    const ended = setUp({
      hooks: (trainer) => ({
        onValidationBatchEnd: () => {
          trainer().interrupt('Ctrl-C');
        },
      }),
    });
    const result = await ended.trainer.validate(ended.module, new Points(), { state, path: 'last' });
    expect(result.status).toBe('interrupted');
    expect(ended.module.stateDict()).toEqual(state.weights);

    const judged = setUp({});
    const broken = () => Promise.reject(new Error('no features'));
    await expect(judged.trainer.inspect(judged.module, { state, path: 'last' }, broken)).rejects.toThrow(
      'no features',
    );
    expect(judged.module.stateDict()).toEqual(state.weights);
  });

  it('are not part of a state that is saved in the middle of a validation', async () => {
    const taken: RunState[] = [];
    const { state } = await trained({
      options: { maxEpochs: 1 },
      hooks: (trainer) => ({
        onValidationBatchEnd: async ({ stage }) => {
          if (stage === 'fit') taken.push(await trainer().runState.capture());
        },
      }),
    });
    expect(taken[0]?.weights).toEqual(state.weights);
    expect(taken[0]?.pluginTensors).toEqual(state.pluginTensors);
  });
});
