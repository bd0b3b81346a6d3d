import * as tf from '@tensorflow/tfjs-core';
import type { PluginHooks, RunState } from '../../../src/contracts';
import { seedEverything, start } from '../../../src/engine';
import * as nn from '../../../src/nn';
import * as optim from '../../../src/optim';
import { SingleDevice } from '../../../src/strategy';
import { EventBus, Trainer, TrainingModule, modelAccess } from '../../../src/trainer';
import { fit, messageOf, plugin, settings } from '../fakes/fit';
import type { Fitted, FitSetup } from '../fakes/fit';
import { Points } from '../fakes/points';
import type { PointBatch } from '../fakes/points';

beforeAll(async () => {
  await start();
});

const elsewhere: { layer?: nn.Linear; variable?: tf.Variable } = {};
const symbol = Symbol('layer');
const attached = new WeakMap<object, nn.Linear>();

/** A layer and its norm, as a part of a model. */
class Encoder extends nn.Module {
  readonly layer = new nn.Linear(3, 3);
  readonly norm = new nn.BatchNorm1d(3);

  forward(x: tf.Tensor2D): tf.Tensor2D {
    return this.norm.forward(this.layer.forward(x));
  }
}

/** A model that is whole; what a test adds stands where nobody searches. */
abstract class Model extends TrainingModule<PointBatch> {
  readonly head = new nn.Linear(3, 2);

  /** What a test adds to its forward. */
  abstract hidden(points: tf.Tensor2D): tf.Tensor2D;

  forward(points: tf.Tensor2D): tf.Tensor2D {
    return this.head.forward(this.hidden(points));
  }

  override trainingStep({ points, targets }: PointBatch): tf.Scalar {
    return tf.mean<tf.Scalar>(tf.squaredDifference(this.forward(points), targets));
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: 0.1, momentum: 0.9 });
  }
}

class Holder {
  readonly layer = new nn.Linear(3, 3);
}

class Private extends Model {
  readonly #layer = new nn.Linear(3, 3);
  hidden = (x: tf.Tensor2D): tf.Tensor2D => this.#layer.forward(x);
}
class Closure extends Model {
  readonly hidden: (x: tf.Tensor2D) => tf.Tensor2D;
  constructor() {
    super();
    const layer = new nn.Linear(3, 3);
    this.hidden = (x) => layer.forward(x);
  }
}
class Elsewhere extends Model {
  constructor() {
    super();
    elsewhere.layer = new nn.Linear(3, 3);
  }
  hidden = (x: tf.Tensor2D): tf.Tensor2D => elsewhere.layer!.forward(x);
}
class Static extends Model {
  static layer: nn.Linear;
  constructor() {
    super();
    Static.layer = new nn.Linear(3, 3);
  }
  hidden = (x: tf.Tensor2D): tf.Tensor2D => Static.layer.forward(x);
}
class Symbolic extends Model {
  readonly [symbol] = new nn.Linear(3, 3);
  hidden = (x: tf.Tensor2D): tf.Tensor2D => this[symbol].forward(x);
}
class Held extends Model {
  readonly holder = new Holder();
  hidden = (x: tf.Tensor2D): tf.Tensor2D => this.holder.layer.forward(x);
}
class Attached extends Model {
  constructor() {
    super();
    attached.set(this, new nn.Linear(3, 3));
  }
  hidden = (x: tf.Tensor2D): tf.Tensor2D => attached.get(this)!.forward(x);
}
class Unlisted extends Model {
  declare readonly layer: nn.Linear;
  constructor() {
    super();
    Object.defineProperty(this, 'layer', { value: new nn.Linear(3, 3), enumerable: false });
  }
  hidden = (x: tf.Tensor2D): tf.Tensor2D => this.layer.forward(x);
}

const places = [Private, Closure, Elsewhere, Static, Symbolic, Held, Attached, Unlisted];

/** Works with an encoder in a private field. */
class WithEncoder extends Model {
  readonly #encoder = new Encoder();
  constructor(prepare: (encoder: Encoder) => void) {
    super();
    prepare(this.#encoder);
  }
  hidden = (x: tf.Tensor2D): tf.Tensor2D => this.#encoder.forward(x);
}

/** Works with whatever it is given. */
class With extends Model {
  constructor(private readonly use: (x: tf.Tensor2D) => tf.Tensor2D) {
    super();
  }
  hidden = (x: tf.Tensor2D): tf.Tensor2D => this.use(x);
}

const where =
  'Only public fields of modules, and arrays in them, are searched: not #private fields, Maps, closures or other files.';
const readMessage = (place: string, what: string): string =>
  `${place} reads parameters that the model does not contain: ${what}. They are neither trained nor saved. ${where} ` +
  'Keep the module that they belong to in a public field of the model, or freeze() it if it is constant.';
const assignMessage = (place: string, what: string): string =>
  `${place} assigns variables that the model does not contain: ${what}. ` +
  `No checkpoint contains them, so a resumed run would start with their first values again. ${where} ` +
  'Keep them in a public field of the model: a module as it is, a single tensor as nn.buffer(...).';
const constantMessage = (place: string, what: string): string =>
  `${place} reads variables that the model does not contain: ${what}. ` +
  'They are treated as constants and are not in checkpoints; keep them in a public field of the model to save them.';

function seeded<T>(make: () => T): T {
  seedEverything(0);
  return make();
}

const warningsOf = ({ events }: Pick<Fitted, 'events'>): string[] =>
  events.flatMap((event) => (event[0] === 'message' && event[1] === 'warning' ? [event[2]] : []));

describe.each([
  ['compiled', true],
  ['operation by operation', false],
])('a step, %s', (_, compile) => {
  const train = (module: TrainingModule<PointBatch>, setup: FitSetup = {}): Promise<Fitted> =>
    fit({ module, ...setup, options: { maxEpochs: 2, compile, ...setup.options } });

  it.each(places.map((place) => [place.name, place] as const))(
    'that reads trainable parameters from places that are not searched is rejected: %s',
    async (name, Place) => {
      const module = seeded(() => new Place());
      const before = [...module.head.weight.dataSync()];
      const { error } = await train(module);
      expect(error).toMatchObject({
        kind: 'module',
        message: readMessage(`trainingStep of ${name}`, 'weight and bias of a Linear'),
      });
      expect([...module.head.weight.dataSync()]).toEqual(before);
    },
  );

  it('that trains a norm from there is rejected because of what it assigns', async () => {
    const { error } = await train(seeded(() => new WithEncoder((encoder) => encoder.freeze())));
    expect(messageOf(error)).toBe(
      assignMessage(
        'trainingStep of WithEncoder',
        'norm.running_mean, norm.running_var and norm.num_batches_tracked of an Encoder',
      ),
    );
  });

  it('may read a frozen teacher from there, and reports it once', async () => {
    const module = seeded(() => new WithEncoder((encoder) => encoder.freeze().eval()));
    const evaluated = { validation: new Points({ batches: 1 }), data: new Points({ lastBatchSize: 3 }) };
    module.validationStep = ({ points }) => {
      module.log('val_mean', tf.mean<tf.Scalar>(module.forward(points)));
    };
    const fitted = await train(module, evaluated);
    expect(fitted.error).toBeNull();
    expect(warningsOf(fitted).filter((text) => !text.includes('is traced again'))).toEqual([
      constantMessage(
        'validationStep of WithEncoder',
        'layer.* (2), norm.weight, norm.bias, norm.running_mean and norm.running_var of an Encoder',
      ),
    ]);
  });

  it('describes variables that belong to no module', async () => {
    const temperature = tf.variable(tf.scalar(2), false, `temperature ${compile}`);
    const nameless = tf.variable(tf.ones([3]), false);
    const table = nn.buffer(tf.ones([1, 3]));
    const module = seeded(() => new With((x) => tf.mul(tf.mul(tf.mul(x, temperature), nameless), table)));
    const fitted = await train(module);
    expect(fitted.error).toBeNull();
    expect(warningsOf(fitted)).toEqual([
      constantMessage(
        'trainingStep of With',
        `the tf.Variable 'temperature ${compile}' of shape [], a tf.Variable of shape [3], a buffer of shape [1, 3]`,
      ),
    ]);
    tf.dispose([temperature, nameless, table]);
  });

  it.each<[string, () => tf.Variable, string]>([
    ['a plain variable', () => tf.variable(tf.zeros([3]), false), 'a tf.Variable of shape [3]'],
    ['a buffer', () => nn.buffer(tf.zeros([3])), 'a buffer of shape [3]'],
    ['a parameter', () => nn.parameter(tf.zeros([3]), { trainable: false }), 'a parameter of shape [3]'],
  ])('that assigns %s of its own is rejected', async (_, make, what) => {
    const centre = make();
    const module = seeded(
      () =>
        new With((x) => {
          centre.assign(tf.add(tf.mul(centre, 0.9), tf.mean(x, 0)));
          return tf.sub(x, centre);
        }),
    );
    const { error } = await train(module);
    expect(messageOf(error)).toBe(assignMessage('trainingStep of With', what));
    centre.dispose();
  });

  it('may assign a buffer in a field, and share modules between fields', async () => {
    class Queue extends Model {
      readonly centre = nn.buffer(tf.zeros([3]));
      readonly shared = new Encoder();
      readonly again = this.shared;
      readonly list = [this.shared, new nn.Linear(3, 3)];
      readonly #owner = { model: this };
      hidden = (x: tf.Tensor2D): tf.Tensor2D => {
        this.centre.assign(tf.mean(x, 0));
        const encoded = this.#owner.model.again.forward(x);
        return tf.sub(this.list[1]!.forward(encoded as never), this.centre);
      };
    }
    const fitted = await train(seeded(() => new Queue()));
    expect(fitted.error).toBeNull();
    expect(warningsOf(fitted)).toEqual([]);
  });

  it('may read variables of the model that share their values with others', async () => {
    const module = seeded(() => new With((x) => x));
    // As averages of weights do until they first move.
    const other = tf.tidy(() => tf.variable(tf.clone(module.head.weight), false));
    const fitted = await train(module);
    expect(fitted.error).toBeNull();
    expect(warningsOf(fitted)).toEqual([]);
    other.dispose();
  });

  it('of validation follows the same rules before training begins', async () => {
    const module = seeded(() => new With((x) => x));
    const seen = (elsewhere.variable = tf.variable(tf.scalar(0), false));
    module.validationStep = ({ points }) => {
      seen.assign(tf.add(seen, points.shape[0]));
      module.log('val_mean', tf.mean<tf.Scalar>(module.forward(points)));
    };
    const { error } = await train(module, { validation: new Points() });
    expect(messageOf(error)).toBe(assignMessage('validationStep of With', 'a tf.Variable of shape []'));
    seen.dispose();
  });

  it.each(['validate', 'test', 'predict'] as const)('of %s follows them outside a fit, too', async (kind) => {
    const module = seeded(() => new Private());
    module.validationStep = module.testStep = ({ points }) => {
      module.log('mean', tf.mean<tf.Scalar>(module.forward(points)));
    };
    module.predictStep = ({ points }) => ({ outputs: module.forward(points) });
    const trainer = new Trainer(
      { compile },
      { plugins: [], events: new EventBus(), strategy: new SingleDevice(), settings },
    );
    const step = { validate: 'validationStep', test: 'testStep', predict: 'predictStep' }[kind];
    await expect(trainer[kind](module, new Points())).rejects.toThrow(
      readMessage(`${step} of Private`, 'weight and bias of a Linear'),
    );
  });

  it('that returns a variable reads it', async () => {
    const module = seeded(() => new With((x) => x));
    const table = nn.parameter(tf.zeros([4, 2]));
    module.predictStep = () => ({ table });
    const trainer = new Trainer(
      { compile },
      { plugins: [], events: new EventBus(), strategy: new SingleDevice(), settings },
    );
    await expect(trainer.predict(module, new Points())).rejects.toThrow(
      readMessage('predictStep of With', 'a parameter of shape [4, 2]'),
    );
    table.dispose();
  });

  it('hook of a plugin may assign what the plugin saves, and nothing else', async () => {
    const norms = tf.variable(tf.scalar(0), false);
    const hooks: PluginHooks = {
      onBeforeBackward: (loss) => {
        norms.assign(tf.add(norms, tf.mul(loss, 0)));
        return undefined;
      },
    };
    const { error } = await train(
      seeded(() => new With((x) => x)),
      { plugins: [plugin('norms', hooks)] },
    );
    expect(error).toMatchObject({
      kind: 'plugin',
      message:
        "Plugin 'norms' failed in onBeforeBackward: it assigns variables that no checkpoint contains: a tf.Variable of shape []. " +
        'A resumed run would start with their first values again. ' +
        'Return them from pluginTensors(), and restore them in restorePluginState().',
    });
    const saving = { ...hooks, pluginTensors: () => new Map() };
    const saved = await train(
      seeded(() => new With((x) => x)),
      { plugins: [plugin('norms', saving)] },
    );
    expect(saved.error).toBeNull();
    expect(warningsOf(saved)).toEqual([]);
    norms.dispose();
  });

  it('hook of the module follows the same rules as its step', async () => {
    const sum = tf.variable(tf.scalar(0), false);
    const module = seeded(() => new With((x) => x));
    module.onBeforeBackward = (loss) => {
      sum.assign(tf.add(sum, loss));
      return undefined;
    };
    const { error } = await train(module);
    expect(messageOf(error)).toBe(
      `The module With failed in onBeforeBackward: ${assignMessage('onBeforeBackward of With', 'a tf.Variable of shape []')}`,
    );
    sum.dispose();
  });

  const changed = (names: string): string =>
    `The parameters and buffers of With are no longer those with which it started; these were added, removed or replaced: ${names}. ` +
    'Steps and optimisers use the original ones, and a resumed run has no others into which to load a checkpoint. ' +
    'Build all modules in the constructor or in setup(); set their values later with loadStateDict() or assign().';

  it('is not run with modules that a hook has added too late', async () => {
    const module = seeded(() => new With((x) => x));
    module.onFitStart = () => {
      Object.assign(module, { late: new nn.Linear(3, 3) });
    };
    const { error } = await train(module);
    expect(messageOf(error)).toBe(changed('late.* (2)'));
  });

  it('may have modules that setup adds', async () => {
    const late = (): nn.Linear => Reflect.get(module, 'late') as nn.Linear;
    const module: With = seeded(() => new With((x) => late().forward(x)));
    module.setup = () => {
      Object.assign(module, { late: new nn.Linear(3, 3) });
    };
    const fitted = await train(module);
    expect(fitted.error).toBeNull();
    expect(warningsOf(fitted)).toEqual([]);
  });

  it('is no longer sound when a hook has replaced a module: nothing is saved then', async () => {
    const module = seeded(() => new With((x) => x));
    const states: RunState[] = [];
    const setup: FitSetup = {
      plugins: (trainer) => [
        plugin('replacing', {
          onTrainEpochStart: ({ progress }) => {
            if (progress.epoch === 1) Object.assign(module, { head: new nn.Linear(3, 2) });
          },
          onTrainEpochEnd: async () => {
            states.push(await trainer().runState.capture());
          },
        }),
      ],
    };
    const { error } = await train(module, setup);
    // Run operation by operation, the step itself comes across it.
    const prefix = compile ? "Plugin 'replacing' failed in onTrainEpochEnd: " : '';
    expect(messageOf(error)).toBe(`${prefix}${changed('head.* (2)')}`);
    expect(states).toHaveLength(1);

    // Also where nobody saves: the run does not end as if all were well.
    const other = seeded(() => new With((x) => x));
    other.onTrainEpochStart = ({ progress }) => {
      if (progress.epoch === 1) Object.assign(other, { head: new nn.Linear(3, 2) });
    };
    expect(messageOf((await train(other)).error)).toBe(changed('head.* (2)'));
  });
});

describe('an optimiser', () => {
  it('with parameters that do not belong to the model is rejected', async () => {
    class Foreign extends Private {
      override configureOptimizers() {
        return optim.sgd(new Encoder().parameters(), { learningRate: 0.1 });
      }
    }
    const { error } = await fit({ module: seeded(() => new Foreign()) });
    expect(error).toMatchObject({
      kind: 'module',
      message:
        'configureOptimizers of Foreign gives optim.sgd parameters that the model does not contain: layer.* (2), norm.weight and ' +
        'norm.bias of an Encoder. They would be trained, but no checkpoint would contain them. ' +
        'Keep the module that they belong to in a public field of the model.',
    });
  });
});

describe('features', () => {
  it('are not computed with parameters that a checkpoint cannot have loaded', async () => {
    class Images extends nn.Module {
      readonly #layer = new nn.Linear(3, 2);
      embed(images: tf.Tensor4D): tf.Tensor2D {
        return this.#layer.forward(tf.mean(images, [1, 2]));
      }
      forward(): void {
        // Only its features are asked for.
      }
    }
    const access = modelAccess(seeded(() => new Images()));
    const images = tf.zeros<tf.Rank.R4>([2, 4, 4, 3]);
    await expect(access.embed({ images } as never)).rejects.toThrow(
      readMessage('embed of Images', 'weight and bias of a Linear'),
    );
    tf.dispose(images);
    access.dispose();
  });
});
