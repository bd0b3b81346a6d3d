import * as tf from '@tensorflow/tfjs-core';
import { checkPlugins, compose } from '../../src/container';
import type { Composition, RunParts } from '../../src/container';
import { completeTrainerOptions, token, tokens } from '../../src/contracts';
import type {
  BatchSource,
  CheckpointReader,
  ImageBatch,
  ModelAccess,
  Notify,
  PluginDescriptor,
  RunEventSource,
  RunFolder,
  RunSettings,
  RunState,
  OptimizerView,
  OptimizersAccess,
  RunStateAccess,
  ViewBatch,
} from '../../src/contracts';
import { liveCounts, start } from '../../src/engine';
import { Plugin, definePlugin, inject } from '../../src/metadata';
import * as nn from '../../src/nn';
import * as optim from '../../src/optim';
import { soloRanks } from '../../src/strategy';
import { EventBus, TrainingModule } from '../../src/trainer';

class Tiny extends TrainingModule<ViewBatch> {
  readonly backbone = new nn.Linear(3, 2);

  forward(view: tf.Tensor4D): tf.Tensor2D {
    return this.backbone.forward(tf.mean<tf.Tensor2D>(view, [1, 2]));
  }

  embed(images: tf.Tensor4D): tf.Tensor2D {
    return this.forward(images);
  }

  override trainingStep({ views }: ViewBatch): tf.Scalar {
    return tf.mean<tf.Scalar>(tf.square(this.forward(views[0]!)));
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: 0.1 });
  }
}

/** Two batches of ones per epoch. */
class Ones implements BatchSource<ViewBatch> {
  readonly batchesPerEpoch = 2;
  readonly samples = 4;

  async *epoch(): AsyncGenerator<ViewBatch> {
    for (let batch = 0; batch < 2; batch++) {
      const made = {
        views: [tf.ones([2, 2, 2, 3]), tf.ones([2, 2, 2, 3])] as [tf.Tensor4D, tf.Tensor4D],
        labels: tf.tensor1d([0, 1], 'int32'),
        indices: tf.tensor1d([0, 1], 'int32'),
      };
      yield made;
      tf.dispose([...made.views, made.labels, made.indices]);
    }
  }

  async close(): Promise<void> {}
}

const settings: RunSettings = {
  experiment: 'toy',
  seed: 3,
  hyperparameters: {},
  config: {},
  enableProgressBar: true,
  enableCheckpointing: true,
  logEveryNSteps: 1,
  resume: null,
};

const folder: RunFolder = {
  path: '/runs/toy/version_0',
  experiment: 'toy',
  version: 'version_0',
  resolve: (...parts) => ['/runs/toy/version_0', ...parts].join('/'),
};

interface Composed extends Composition {
  readonly module: Tiny;
  readonly events: EventBus;
  readonly said: string[];
}

function composed(plugins: readonly PluginDescriptor[]): Composed {
  const events = new EventBus();
  const said: string[] = [];
  events.on('message', (level, text) => said.push(`${level}: ${text}`));
  const module = new Tiny();
  try {
    return { ...compose(partsOf(module, events, plugins)), module, events, said };
  } catch (error) {
    module.dispose();
    throw error;
  }
}

function partsOf(module: Tiny, events: EventBus, plugins: readonly PluginDescriptor[]): RunParts {
  return {
    settings,
    ranks: soloRanks,
    trainerOptions: completeTrainerOptions({ maxEpochs: 1, logEveryNSteps: 1, accelerator: 'cpu' }),
    events,
    folder,
    data: { name: 'ones', batchSize: 2, samples: 64 },
    evaluation: {
      name: 'ones',
      classes: 2,
      open: () => Promise.reject(new Error('not in this test')),
    },
    viewSheets: { draw: () => Promise.reject(new Error('not in this test')) },
    module,
    plugins: checkPlugins(settings.experiment, plugins),
  };
}

interface Built {
  readonly plugin: object;
  readonly [service: string]: unknown;
}

/** What plugins' constructors received, in the order of construction. */
const built: Built[] = [];

beforeAll(() => start({ accelerator: 'cpu' }));

beforeEach(() => {
  built.length = 0;
});

@Plugin({ name: 'curious' })
class Curious {
  constructor(
    @inject(tokens.pluginOptions) options: unknown,
    @inject(tokens.events) events: RunEventSource,
    @inject(tokens.runFolder) runFolder: RunFolder,
    @inject(tokens.settings) runSettings: RunSettings,
    @inject(tokens.model) model: ModelAccess,
  ) {
    built.push({ plugin: this, options, events, runFolder, runSettings, model });
  }
}

@Plugin({ name: 'second' })
class Second {
  constructor(
    @inject(tokens.model) readonly model: ModelAccess,
    @inject(tokens.pluginOptions) options: unknown,
  ) {
    built.push({ plugin: this, model, options });
  }

  teardown(): void {}
}

describe('compose', () => {
  it('gives each plugin its own options, and all of them the same services', async () => {
    const { events, dispose, module } = composed([
      definePlugin(Curious, { loud: true }),
      definePlugin(Second, 'quiet'),
    ]);
    const [curious, second] = built;
    expect(built).toHaveLength(2);
    const { path, experiment, version } = folder;
    expect(curious).toMatchObject({
      options: { loud: true },
      runFolder: { path, experiment, version },
      runSettings: settings,
    });
    expect(curious?.['events']).toBe(events);
    expect(second?.['options']).toBe('quiet');
    expect(second?.['model']).toBe(curious?.['model']);
    expect((second?.['model'] as ModelAccess).name).toBe('Tiny');
    await dispose();
    module.dispose();
  });

  it('lets plugins see the optimisers while the trainer fits', async () => {
    const seen: Record<string, readonly OptimizerView[]> = {};

    @Plugin({ name: 'watching' })
    class Watching {
      constructor(@inject(tokens.optimizers) private readonly optimizers: OptimizersAccess) {
        seen['constructor'] = optimizers.current();
      }

      onTrainBatchStart() {
        seen['onTrainBatchStart'] = this.optimizers.current();
        expect(this.optimizers.current()[0]?.learningRates).toEqual([0.1]);
      }
    }

    const { trainer, module, dispose } = composed([definePlugin(Watching)]);
    await trainer.fit(module, new Ones());
    expect(seen['constructor']).toEqual([]);
    expect(seen['onTrainBatchStart']).toMatchObject([{ kind: 'sgd' }]);
    await dispose();
    module.dispose();
  });

  it('passes the plugins to the trainer in the order listed, with their names', async () => {
    const calls: string[] = [];

    @Plugin({ name: 'late', order: 'monitor' })
    class Late {
      onFitStart() {
        calls.push('late');
      }
    }

    @Plugin({ name: 'early' })
    class Early {
      onFitStart() {
        calls.push('early');
      }

      onTrainEnd() {
        throw new Error('early is tired');
      }
    }

    const { trainer, module, dispose } = composed([definePlugin(Late), definePlugin(Early)]);
    await expect(trainer.fit(module, new Ones())).rejects.toThrow(
      "Plugin 'early' failed in onTrainEnd: early is tired. Correct the plugin, or remove it from the experiment's plugins.",
    );
    expect(calls).toEqual(['early', 'late']);
    await dispose();
    module.dispose();
  });

  it('builds a plugin once, whether or not others request what it provides', async () => {
    const reader = tokens.checkpointReader;

    @Plugin({ name: 'archive', provides: [reader] })
    class Archive implements CheckpointReader {
      constructor() {
        built.push({ plugin: this });
      }

      read(): Promise<{ state: RunState; path: string }> {
        return Promise.reject(new Error('empty'));
      }

      teardown(): void {}
    }

    @Plugin({ name: 'librarian' })
    class Librarian {
      constructor(@inject(reader) archive: CheckpointReader) {
        built.push({ plugin: this, archive });
      }
    }

    const { checkpointReader, dispose, module } = composed([definePlugin(Librarian), definePlugin(Archive)]);
    expect(built).toHaveLength(2);
    const [archive, librarian] = built;
    expect(librarian?.['archive']).toBe(archive?.plugin);
    expect(checkpointReader).toBe(archive?.plugin);
    await dispose();
    module.dispose();
  });

  it('has no checkpoint reader if no plugin provides one', async () => {
    const { checkpointReader, dispose, module } = composed([]);
    expect(checkpointReader).toBeNull();
    await dispose();
    module.dispose();
  });

  it('lets a plugin replace one of the run’s own services', async () => {
    @Plugin({ name: 'other-model', provides: [tokens.model] })
    class OtherModel implements ModelAccess {
      readonly name = 'another model';
      stateDict() {
        return new Map();
      }
      modules() {
        return [];
      }
      evaluatedWeights() {
        return 'raw' as const;
      }
      variables() {
        return new Map();
      }
      loadStateDict(): void {}
      embed(): Promise<never> {
        return Promise.reject(new Error('not in this test'));
      }

      freeze(): Promise<never> {
        return Promise.reject(new Error('not in this test'));
      }

      teardown(): void {}
    }

    const { dispose, module } = composed([definePlugin(Second), definePlugin(OtherModel)]);
    expect((built[0]?.['model'] as ModelAccess).name).toBe('another model');
    await dispose();
    module.dispose();
  });

  it('gives a plugin that extends another one its parent’s services', async () => {
    @Plugin({ name: 'third' })
    class Third extends Second {}

    const { dispose, module } = composed([definePlugin(Third, 3)]);
    expect(built[0]).toMatchObject({ options: 3, plugin: expect.any(Third) as unknown });
    await dispose();
    module.dispose();
  });

  it('publishes what plugins say as messages', async () => {
    @Plugin({ name: 'talker' })
    class Talker {
      constructor(@inject(tokens.notify) notify: Notify) {
        notify('warning', 'It is late.');
      }
    }

    const { said, dispose, module } = composed([definePlugin(Talker)]);
    expect(said).toEqual(['warning: It is late.']);
    await dispose();
    module.dispose();
  });

  it('lets plugins capture the state of the run while it fits', async () => {
    const states: RunState[] = [];

    @Plugin({ name: 'keeper' })
    class Keeper {
      constructor(@inject(tokens.runState) private readonly runState: RunStateAccess) {}

      async onTrainEnd() {
        states.push(await this.runState.capture());
      }
    }

    const { trainer, module, dispose } = composed([definePlugin(Keeper)]);
    await trainer.fit(module, new Ones());
    expect(states.map(({ experiment, progress }) => ({ experiment, progress }))).toEqual([
      { experiment: 'toy', progress: { epoch: 1, nextBatch: 0, globalStep: 2 } },
    ]);
    await dispose();
    module.dispose();
  });

  it('names a plugin whose constructor fails, and keeps the error as the cause', () => {
    @Plugin({ name: 'broken' })
    class Broken {
      constructor() {
        throw new RangeError('no such port');
      }
    }

    let thrown: unknown;
    try {
      composed([definePlugin(Second), definePlugin(Broken)]);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({
      kind: 'plugin',
      message:
        "Plugin 'broken' failed in its constructor: no such port. Correct the plugin, or remove it from the experiment's plugins.",
      cause: new RangeError('no such port'),
    });
  });

  it('rejects capturing the state in a constructor', async () => {
    let refusal: Promise<unknown> = Promise.resolve();

    @Plugin({ name: 'hasty' })
    class Hasty {
      constructor(@inject(tokens.runState) runState: RunStateAccess) {
        refusal = (async () => runState.capture())();
        refusal.catch(() => undefined);
      }
    }

    const { dispose, module } = composed([definePlugin(Hasty)]);
    await expect(refusal).rejects.toThrow(
      "A plugin's constructor accessed the run. Plugins are built before the trainer. Access it in a host hook, such as onFitStart.",
    );
    await dispose();
    module.dispose();
  });

  it('rejects plugins that do not fit together before it builds any', () => {
    const missing = token<object>('clock');

    @Plugin({ name: 'needy' })
    class Needy {
      constructor(@inject(missing) readonly clock: object) {}

      teardown(): void {}
    }

    expect(() => composed([definePlugin(Second), definePlugin(Needy)])).toThrow(
      [
        "The plugins of 'toy' do not fit together:",
        "  Plugin 'needy': parameter 1 of Needy's constructor requests the service 'clock', which nothing provides: add the plugin that provides it.",
        'Correct it in the list of plugins or in the plugin classes.',
      ].join('\n'),
    );
    expect(built).toEqual([]);
  });

  it('frees everything that it made when it is disposed', async () => {
    const before = liveCounts();
    const { dispose, module } = composed([definePlugin(Second)]);
    const model = built[0]?.['model'] as ModelAccess;
    const batch: ImageBatch = {
      images: tf.ones([2, 2, 2, 3]),
      labels: tf.tensor1d([0, 1], 'int32'),
      indices: tf.tensor1d([0, 1], 'int32'),
    };
    const { width } = await model.embed(batch);
    expect(width).toBe(2);
    tf.dispose([batch.images, batch.labels, batch.indices]);
    expect(liveCounts()).not.toEqual(before);
    await dispose();
    module.dispose();
    expect(liveCounts()).toEqual(before);
  });
});
