import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { changedOptions } from '../../src/config';
import type { ResolvedConfig } from '../../src/config';
import { effectOf } from '../../src/config/option';
import { clusterSchema, dataSchema, runSchema, tokens, trainerSchema } from '../../src/contracts';
import type { AnyPlugin, Notify, RunOrigin, RunState } from '../../src/contracts';
import { knnSchema, probeSchema } from '../../src/evaluation';
import { Experiment, HyperParameter, Plugin, definePlugin } from '../../src/metadata';
import type { ExperimentClass, ExperimentDefinition } from '../../src/metadata';
import { configureRun } from '../../src/run/configure';
import { requireSameData, runOrigin, sayDifferences } from '../../src/run/resume';
import { checkpointing } from '../../plugins/checkpointing';
import { CheckpointStore } from '../../plugins/checkpointing/checkpoint-store';
import { dataParallel } from '../../plugins/data-parallel';
import { localSgd } from '../../plugins/local-sgd';
import { syncBatchNorm } from '../../plugins/sync-bn';
import { weightAveraging } from '../../plugins/weight-averaging';
import { toyState } from '../plugins/checkpointing/toy-state';
import { resolveConfig } from '../config/resolve';
import { temporaryFolder } from './child';

const cwd = temporaryFolder();
const root = join(cwd, 'runs');
const view = (options: object) => ({ spec: { module: 'm', export: 'plain', options } });
const data = { name: 'digits', samples: 8000, classes: 10, fingerprint: 'abc' };

interface Edits extends Partial<ExperimentDefinition> {
  readonly lr?: number;
}

/** The experiment as its file says now. */
function experiment({ lr = 0.06, ...edits }: Edits = {}): ExperimentClass {
  @Experiment({
    name: 'toy',
    seed: 3,
    trainer: { maxEpochs: 5, limitTrainBatches: 4 },
    data: { name: 'digits', batchSize: 32, transform: view({ size: 32 }) },
    plugins: [checkpointing()],
    ...edits,
  })
  class Toy {
    @HyperParameter() lr = lr;
    @HyperParameter() width = 8;
  }
  return Toy;
}

interface Before {
  readonly updates?: number;
  readonly edits?: Edits;
  /** Whether the checkpoint says what its run was started with. */
  readonly origin?: boolean;
}

/** Leaves a checkpoint of a run of `args`, after so many updates of epochs of four. */
async function trained(
  args: readonly string[],
  { updates = 6, edits = {}, origin = true }: Before = {},
): Promise<RunState> {
  rmSync(root, { recursive: true, force: true });
  const toy = experiment(edits);
  const config = resolveConfig(toy, args);
  const facts: RunOrigin = runOrigin(config, edits.plugins ?? [], {
    ...data,
    ...{ batchSize: 32, requested: 'digits', path: '' },
  });
  const state: RunState = {
    ...toyState(updates),
    hyperparameters: config.hyperparameters,
    ...(origin ? { origin: facts } : {}),
  };
  const folder = join(root, 'toy', 'version_0', 'checkpoints');
  mkdirSync(folder, { recursive: true });
  const store = new CheckpointStore(folder);
  await store.open();
  await store.point('last', await store.save('one', state, { reason: 'test', monitor: null }));
  return state;
}

function resume(args: readonly string[] = [], edits: Edits = {}): Promise<ResolvedConfig> {
  return configureRun(experiment(edits), ['--trainer.defaultRootDir', root, '--resume', 'last', ...args]);
}

async function refusal(args: readonly string[], edits: Edits = {}): Promise<string> {
  try {
    await resume(args, edits);
  } catch (error) {
    return (error as Error).message.replaceAll(root, 'ROOT');
  }
  return 'went through';
}

/** What is reported of a run that continues. */
function said(state: RunState, config: ResolvedConfig, edits: Edits = {}): string[] {
  const lines: string[] = [];
  const notify: Notify = (level, text) => lines.push(`${level}: ${text}`);
  sayDifferences({ path: 'P', state }, experiment(edits), config, notify);
  return lines;
}

/** For every option a value that is not its default, and none of the experiment's. */
const others: Readonly<Record<string, string>> = {
  'trainer.maxEpochs': '9',
  'trainer.maxSteps': '99',
  'trainer.minEpochs': '1',
  'trainer.minSteps': '1',
  'trainer.gradientClipVal': '1',
  'trainer.gradientClipAlgorithm': 'value',
  'trainer.accumulateGradBatches': '2',
  'trainer.limitTrainBatches': '3',
  'trainer.limitValBatches': '3',
  'trainer.limitTestBatches': '3',
  'trainer.limitPredictBatches': '3',
  'trainer.overfitBatches': '3',
  'trainer.checkValEveryNEpoch': '2',
  'trainer.valCheckInterval': '2',
  'trainer.numSanityValSteps': '0',
  'trainer.logEveryNSteps': '1',
  'trainer.enableProgressBar': 'false',
  'trainer.enableCheckpointing': 'false',
  'trainer.accelerator': 'cpu',
  'trainer.devices': '2',
  'trainer.threads': '2',
  'trainer.precision': 'bf16-mixed',
  'trainer.compile': 'false',
  'trainer.detectAnomaly': 'true',
  'data.name': 'cifar100',
  'data.path': 'elsewhere',
  'data.url': 'http://localhost/cifar',
  'data.fallback': 'digits',
  'data.testFraction': '0.2',
  'data.grayRange': '0,4095',
  'data.viewSize': '24',
  initialWeights: 'other.safetensors',
  'data.batchSize': '16',
  'data.workers': '3',
  'data.shuffle': 'false',
  'data.dropLast': 'false',
  'data.onBrokenImage': 'skip',
  'data.maxImagePixels': '1000000',
  'data.download': 'false',
  'cluster.heartbeatSeconds': '5',
  'cluster.joinSeconds': '5',
  'cluster.maxRestarts': '2',
  'cluster.isolate': 'true',
  'probe.epochs': '2',
  'probe.learningRate': '0.2',
  'probe.batchSize': '16',
  'probe.seed': '5',
  'probe.standardize': 'false',
  'probe.embedBatchSize': '16',
  'probe.trainLimit': '5',
  'probe.testLimit': '5',
  'knn.k': '5',
  'knn.temperature': '0.2',
  'knn.batchSize': '16',
  'knn.bankLimit': '5',
  'knn.queryLimit': '5',
  seed: '4',
};

const everyOption = [
  ...Object.keys(trainerSchema.shape).map((name) => `trainer.${name}`),
  ...Object.keys(dataSchema.shape).map((name) => `data.${name}`),
  ...Object.keys(clusterSchema.shape).map((name) => `cluster.${name}`),
  ...Object.keys(probeSchema.shape).map((name) => `probe.${name}`),
  ...Object.keys(knnSchema.shape).map((name) => `knn.${name}`),
  ...Object.keys(runSchema.shape),
];
const onlyInCode = ['data.dataset', 'data.batches', 'data.transform', 'data.evaluationTransform'];

describe('every option', () => {
  it('has an effect, and all except those for a single start are tested here', () => {
    expect(everyOption.filter((path) => effectOf(path) === 'hyperparameter')).toEqual([]);
    const compared = everyOption.filter((path) => effectOf(path) !== 'own' && !onlyInCode.includes(path));
    expect(Object.keys(others).sort()).toEqual(compared.sort());
    expect(everyOption.filter((path) => effectOf(path) === 'own')).toEqual([
      ...['trainer.fastDevRun', 'trainer.barebones', 'trainer.defaultRootDir'],
      ...['initialWeightsStrict', 'resume', 'allowChanges', 'checkpoint', 'split', 'weights', 'untrained'],
    ]);
  });

  it('on which samples or updates depend is rejected in the middle of an epoch, and no other', async () => {
    // The one that has a path, an address and gray values to choose.
    await trained(['--data.name', 'cifar10']);
    for (const [path, value] of Object.entries(others)) {
      const message = await refusal([`--${path}`, value]);
      const refused = ['position', 'numbers'].includes(effectOf(path));
      expect([path, message.includes(`\n  ${path}: `)]).toEqual([path, refused]);
      expect([path, message === 'went through']).toEqual([path, !refused]);
    }
  });

  it('that differs is in one error with its recorded value, its current value, and the solution', async () => {
    await trained([]);
    const args = ['--data.batchSize', '16', '--trainer.precision', 'bf16-mixed', '--trainer.maxEpochs', '9'];
    expect(await refusal(args)).toBe(
      [
        'The checkpoint ROOT/toy/version_0/checkpoints/one cannot be resumed with these differences:',
        '  trainer.precision: "32-true" before, "bf16-mixed" now; every update would be different',
        '  data.batchSize: 32 before, 16 now; different samples would come next',
        'Leave out these options, or restore them in the experiment: the recorded values then apply. ' +
          'The checkpoint is in the middle of an epoch; --allowChanges can resume from one at the end of an epoch.',
      ].join('\n'),
    );
    expect(await refusal(['--trainer.gradientClipVal', '1'])).toBe(
      [
        'The checkpoint ROOT/toy/version_0/checkpoints/one cannot be resumed with these differences:',
        '  trainer.gradientClipVal: null before, 1 now; every update would be different',
        'Leave out these options, or restore them in the experiment: the recorded values then apply. ' +
          'Or resume with the new values with --allowChanges.',
      ].join('\n'),
    );
  });

  it.each([
    [['--seed', '4'], 'The seed cannot change within a run.'],
    [['--seed', '4', '--allowChanges'], 'The seed cannot change within a run.'],
    [['--seed', '4', '--lr', '1', '--trainer.maxEpochs', '9'], 'The seed cannot change within a run.'],
    [['--data.batchSize', '16'], 'Or resume with the new values with --allowChanges.'],
    [
      ['--seed', '4', '--data.batchSize', '16'],
      'Or resume with the new values with --allowChanges, except for the seed.',
    ],
  ])('suggests only possible ways to continue: %s', async (args, way) => {
    await trained([], { updates: 8 });
    expect((await refusal(args)).split('\n').at(-1)).toBe(
      `Leave out these options, or restore them in the experiment: the recorded values then apply. ${way}`,
    );
  });

  it('may change by --allowChanges: samples only between two epochs, the seed never', async () => {
    const size = ['--data.batchSize', '16', '--allowChanges'];
    await trained([]);
    expect(await refusal(size)).toContain('data.batchSize: 32 before, 16 now');
    expect(await refusal(['--trainer.gradientClipVal', '1', '--allowChanges'])).toBe('went through');
    const state = await trained([], { updates: 8 });
    expect(await refusal(['--data.batchSize', '16'])).toContain('data.batchSize: 32 before, 16 now');
    expect(await refusal(['--seed', '4', '--allowChanges'])).toContain('seed: 3 before, 4 now');
    expect(said(state, await resume(size))).toContain(
      'warning: Changed since the checkpoint, as --allowChanges permits: data.batchSize (32 before, 16 now). ' +
        'From here on, this run differs from the one that saved the checkpoint.',
    );
  });

  it('that may change is reported: as information, or as a warning if bits may change', async () => {
    const state = await trained([]);
    const args = ['--trainer.maxEpochs', '9', '--trainer.threads', '2', '--data.workers', '3'];
    expect(said(state, await resume(args))).toEqual([
      'info: Changed since the checkpoint: trainer.maxEpochs (5 before, 9 now), data.workers ("auto" before, 3 now). ' +
        'A learning rate that follows the length of the run changes with it.',
      'warning: Changed since the checkpoint: trainer.threads (null before, 2 now). ' +
        'The last bits of numbers may differ from those of an uninterrupted run.',
    ]);
  });
});

describe('a resumed fit', () => {
  const given = ['--lr', '0.5', '--data.batchSize', '16', '--trainer.precision', 'bf16-mixed'];

  it('is configured like its checkpoint, and reports where that differs from the file', async () => {
    const state = await trained([
      ...given,
      '--trainer.maxEpochs',
      '7',
      '--data.name',
      'folder',
      '--data.path',
      '/d',
    ]);
    const config = await resume();
    expect(config.hyperparameters).toEqual({ lr: 0.5, width: 8 });
    expect(config.trainer).toMatchObject({ precision: 'bf16-mixed', maxEpochs: 7, limitTrainBatches: 4 });
    expect(config.data).toMatchObject({ name: 'folder', path: '/d', batchSize: 16 });
    expect(config.trainer.defaultRootDir).toBe(root);
    expect(config.resume).toBe('last');
    expect(said(state, config)).toEqual([
      "info: Taken over from the checkpoint's run: trainer.maxEpochs 7 (otherwise 5), " +
        'trainer.precision "bf16-mixed" (otherwise "32-true"), data.name "folder" (otherwise "digits"), ' +
        'data.path "/d" (otherwise null), data.batchSize 16 (otherwise 32), lr 0.5 (otherwise 0.06).',
    ]);
  });

  it.each(['last', 'auto', 'run folder', 'checkpoint', 'copy'])('is so from %s', async (from) => {
    await trained(given);
    const folder = join(root, 'toy', 'version_0');
    const copy = join(cwd, 'copy');
    if (from === 'copy') {
      rmSync(copy, { recursive: true, force: true });
      const { cpSync } = await import('node:fs');
      cpSync(join(folder, 'checkpoints', 'one'), copy, { recursive: true });
    }
    const places: Readonly<Record<string, string>> = {
      'run folder': folder,
      checkpoint: join(folder, 'checkpoints', 'one'),
      copy,
    };
    const selector = places[from] ?? from;
    const config = await resume(['--resume', selector]);
    expect(config.data.batchSize).toBe(16);
    expect(config.resume).toBe(selector);
    expect(await refusal(['--resume', selector, '--data.shuffle', 'false'])).toContain(
      'data.shuffle: true before',
    );
  });

  it("starts with the file's configuration if --resume auto finds nothing", async () => {
    rmSync(root, { recursive: true, force: true });
    expect((await resume(['--resume', 'auto'])).data.batchSize).toBe(32);
  });

  it("may be given the run's own options again, as words or a file", async () => {
    await trained(given);
    expect(await refusal(given)).toBe('went through');
    expect(await refusal(['--lr', '0.5'])).toBe('went through');
  });

  it('prefers the command line to the record, and compares them', async () => {
    await trained(given);
    expect(await refusal(['--data.batchSize', '32'])).toContain('data.batchSize: 16 before, 32 now');
    expect((await resume(['--lr', '0.1'])).hyperparameters).toMatchObject({ lr: 0.1 });
  });

  describe('and whose file has been edited since', () => {
    it.each<[string, Edits, string]>([
      [
        'an option',
        { data: { name: 'digits', batchSize: 64, transform: view({ size: 32 }) } },
        'data.batchSize: 32 before, 64 now',
      ],
      [
        'an option that it did not have',
        { trainer: { maxEpochs: 5, limitTrainBatches: 4, gradientClipVal: 1 } },
        'trainer.gradientClipVal: null before, 1 now',
      ],
      [
        'an option that it has no longer',
        { trainer: { maxEpochs: 5 } },
        'trainer.limitTrainBatches: 4 before, null now',
      ],
      ['the seed', { seed: 5 }, 'seed: 3 before, 5 now'],
      [
        "the view transform's options",
        { data: { name: 'digits', batchSize: 32, transform: view({ size: 64 }) } },
        'data.transform: {"plain":{"size":32}} before, {"plain":{"size":64}} now',
      ],
      [
        'some options of the view transform, and names no others',
        { data: { name: 'digits', batchSize: 32, transform: view({ size: 32, blur: { sigma: 1 } }) } },
        'data.transform: {"plain":{}} before, {"plain":{"blur":{"sigma":1}}} now',
      ],
      [
        'the view transform',
        {
          data: {
            name: 'digits',
            batchSize: 32,
            transform: { spec: { module: 'm', export: 'fastSiam', options: {} } },
          },
        },
        'data.transform: {"plain":{"size":32}} before, {"fastSiam":{}} now',
      ],
    ])('is rejected for %s', async (_, edits, line) => {
      await trained([]);
      expect(await refusal([], edits)).toContain(`\n  ${line}`);
    });

    it('accepts an edit of what may change, and reports it', async () => {
      const state = await trained([]);
      const edits: Edits = { lr: 0.03, trainer: { maxEpochs: 8, limitTrainBatches: 4 } };
      const config = await resume([], edits);
      expect([config.hyperparameters['lr'], config.trainer.maxEpochs]).toEqual([0.03, 8]);
      expect(said(state, config, edits)).toEqual([
        'info: Changed since the checkpoint: trainer.maxEpochs (5 before, 8 now). ' +
          'A learning rate that follows the length of the run changes with it.',
      ]);
    });

    it('keeps what the run was given instead', async () => {
      await trained(['--data.batchSize', '16', '--lr', '0.5']);
      const edited: Edits = {
        lr: 0.03,
        data: { name: 'digits', batchSize: 64, transform: view({ size: 32 }) },
      };
      const config = await resume([], edited);
      expect([config.data.batchSize, config.hyperparameters['lr']]).toEqual([16, 0.5]);
    });
  });

  it('keeps an infinite default', async () => {
    await trained([], { edits: { lr: Infinity } });
    expect((await resume([], { lr: Infinity })).hyperparameters['lr']).toBe(Infinity);
  });

  it('reports that an older checkpoint records nothing, and takes nothing from it', async () => {
    const state = await trained(given, { origin: false });
    const config = await resume(['--data.batchSize', '8']);
    expect([config.data.batchSize, config.hyperparameters['lr']]).toEqual([8, 0.06]);
    expect(said(state, config)).toEqual([
      "warning: The checkpoint P comes from a version that did not record the run's settings, so nothing was compared. " +
        'Make sure that the options are the same: they are in config.yaml in the run folder, which --config accepts.',
    ]);
  });
});

describe('plugins on which training depends', () => {
  const ema = (decay: number) => weightAveraging({ kind: 'ema', decay });
  @Plugin({ name: 'noise' })
  class Noise {
    onAfterBackward() {
      return undefined;
    }
  }
  @Plugin({ name: 'watcher' })
  class Watcher {
    onAfterForward() {
      return undefined;
    }
  }
  const noise = definePlugin(Noise, { amount: 1 });

  it.each<[string, readonly AnyPlugin[], readonly AnyPlugin[], string | null]>([
    ['are gone', [ema(0.9)], [], 'plugin weight-averaging: {"kind":"ema","decay":0.9,'],
    ['are new', [], [ema(0.9)], 'plugin weight-averaging: absent before, {"kind":"ema"'],
    [
      'have other options',
      [ema(0.9)],
      [ema(0.5)],
      'plugin weight-averaging, decay: 0.9 before, 0.5 now; every update',
    ],
    ['are the same', [ema(0.9)], [ema(0.9)], null],
    ['exchange otherwise', [dataParallel()], [localSgd()], 'plugin local-sgd: absent before'],
    [
      'exchange rarer',
      [localSgd({ everyNSteps: 2 })],
      [localSgd()],
      'plugin local-sgd, everyNSteps: 2 before, 8 now',
    ],
    [
      'give other statistics',
      [dataParallel(), syncBatchNorm()],
      [dataParallel()],
      'plugin sync-batch-norm: {} before, absent now',
    ],
    ["are a user's that changes gradients", [noise], [], 'plugin noise: {"amount":1} before, absent now'],
    ["are a user's that only watches", [definePlugin(Watcher)], [], null],
  ])('are compared if they %s', async (_, before, now, line) => {
    await trained([], { edits: { plugins: [checkpointing(), ...before] } });
    const message = await refusal([], { plugins: [checkpointing(), ...now] });
    if (line === null) expect(message).toBe('went through');
    else expect(message).toContain(`\n  ${line}`);
  });

  it('are also identified by services', () => {
    expect(dataParallel().provides).toContain(tokens.strategy);
  });
});

describe('the data of a resumed run', () => {
  const progress = { epoch: 1, nextBatch: 2, globalStep: 6 };
  const compare = (now: Partial<typeof data>, args: readonly string[] = [], nextBatch = 2): string[] => {
    const lines: string[] = [];
    const from = { path: 'P', progress: { ...progress, nextBatch }, data };
    requireSameData(from, { ...data, ...now }, resolveConfig(experiment(), args), (level, text) =>
      lines.push(`${level}: ${text}`),
    );
    return lines;
  };

  it('are rejected if there are more, different ones, or another data set', () => {
    expect(compare({})).toEqual([]);
    expect(() => compare({ samples: 8004, fingerprint: 'x' })).toThrow(
      'The data is not that of the checkpoint P: there were 8000 samples of digits in 10 classes, and now there are 8004 samples of digits in 10 classes. ' +
        'Samples would be skipped or repeated. ' +
        'Restore the data, or resume from a checkpoint at the end of an epoch with --allowChanges.',
    );
    expect(() => compare({ fingerprint: 'x' })).toThrow(
      'there were 8000 samples of digits in 10 classes, and there are as many now, but different ones or in a different order.',
    );
    expect(() => compare({ name: 'cifar10' })).toThrow('Give --data.name digits, or resume');
    expect(() => compare({ samples: 1 }, ['--allowChanges'])).toThrow('The data is not that');
  });

  it('may change between two epochs by --allowChanges', () => {
    expect(compare({ samples: 8004 }, ['--allowChanges'], 0)).toEqual([
      'warning: The data has changed since the checkpoint, as --allowChanges permits: there were 8000 samples of digits in 10 classes, and now there are 8004 samples of digits in 10 classes.',
    ]);
  });
});

describe('an evaluation of a checkpoint', () => {
  const evaluate = (args: readonly string[] = [], edits: Edits = {}): Promise<ResolvedConfig> =>
    configureRun(experiment(edits), ['knn', '--trainer.defaultRootDir', root, ...args]);

  it('has the model and the data of its run, and its own limits', async () => {
    const state = await trained(['--width', '16', '--data.batchSize', '8', '--trainer.limitValBatches', '1']);
    const config = await evaluate();
    expect(config.hyperparameters['width']).toBe(16);
    expect(config.data.batchSize).toBe(8);
    expect(config.trainer.limitValBatches).toBe(null);
    expect(said(state, config)).toEqual([
      "info: Taken over from the checkpoint's run: data.batchSize 8 (otherwise 32), width 16 (otherwise 8).",
    ]);
    expect((await evaluate(['--data.batchSize', '4', '--data.name', 'cifar10'])).data).toMatchObject({
      batchSize: 4,
      name: 'cifar10',
    });
  });

  it('has them even if the file has been edited since, and reports different views', async () => {
    const state = await trained([]);
    const edits: Edits = { lr: 0.9, data: { name: 'digits', batchSize: 64, transform: view({ size: 64 }) } };
    const config = await evaluate([], edits);
    expect([config.data.batchSize, config.hyperparameters['lr']]).toEqual([32, 0.06]);
    expect(said(state, config, edits)).toContain(
      'warning: The views of the images differ from those in the run: data.transform ({"plain":{"size":32}} before, {"plain":{"size":64}} now).',
    );
  });

  it('has them even in a trial', async () => {
    await trained(['--width', '16']);
    expect((await evaluate(['--trainer.fastDevRun', 'true'])).hyperparameters['width']).toBe(16);
  });

  it('of random weights takes nothing', async () => {
    await trained(['--width', '16']);
    expect((await evaluate(['--untrained'])).hyperparameters['width']).toBe(8);
  });
});

it('ignores what only one of two versions has', () => {
  expect(changedOptions({ trainer: { gone: 1 } }, { trainer: { threads: 2 } })).toEqual([]);
});
