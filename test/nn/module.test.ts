import * as tf from '@tensorflow/tfjs-core';
import { compile, liveCounts, start } from '../../src/engine';
import * as nn from '../../src/nn';

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

abstract class Part extends nn.Module {
  forward(): void {
    // These modules are only searched.
  }
}

class Scale extends Part {
  readonly weight = nn.parameter(tf.tensor1d([1, 2]));
  readonly runningMax = nn.buffer(tf.tensor1d([0, 0]));
}

class Tree extends Part {
  readonly projectionHead = new Scale();
  readonly blocks = [new Scale(), [new Scale()]];
  readonly tied = this.projectionHead;
  readonly offset = nn.parameter(tf.scalar(3));
  readonly gains = [nn.parameter(tf.scalar(1)), nn.parameter(tf.scalar(2))];
  readonly steps = nn.buffer(tf.scalar(7, 'int32'), { storedAs: 'I64' });
  readonly options = { depth: 2, names: ['a', 'b'] };
  readonly nothing = null;
  readonly #hidden = new Scale();

  hidden(): nn.Module {
    return this.#hidden;
  }
}

describe('discovery', () => {
  it("gives PyTorch's names, owners before children, in the order of declaration", () => {
    expect([...new Tree().stateDict().keys()]).toEqual([
      'offset',
      'gains.0',
      'gains.1',
      'steps',
      'projection_head.weight',
      'projection_head.running_max',
      'blocks.0.weight',
      'blocks.0.running_max',
      'blocks.1.0.weight',
      'blocks.1.0.running_max',
      'tied.weight',
      'tied.running_max',
    ]);
  });

  it('lists a module in two places once, by its first name', () => {
    const tree = new Tree();
    expect([...tree.namedParameters().keys()]).toEqual([
      'offset',
      'gains.0',
      'gains.1',
      'projection_head.weight',
      'blocks.0.weight',
      'blocks.1.0.weight',
    ]);
    expect([...tree.namedBuffers().keys()]).toEqual([
      'steps',
      'projection_head.running_max',
      'blocks.0.running_max',
      'blocks.1.0.running_max',
    ]);
    expect([...tree.namedModules().keys()]).toEqual(['', 'projection_head', 'blocks.0', 'blocks.1.0']);
    expect(tree.modules()[1]).toBe(tree.projectionHead);
    expect(tree.parameters()).toHaveLength(6);
  });

  it.each([
    ['projectionHead', 'projection_head'],
    ['bn1', 'bn1'],
    ['layer1', 'layer1'],
    ['mlpBNHead', 'mlp_bn_head'],
    ['conv2dA', 'conv2d_a'],
  ])('writes %s as %s', (field, name) => {
    const owner = Object.assign(new Scale(), { [field]: new Scale() });
    expect([...owner.namedModules().keys()][1]).toBe(name);
  });

  it('names what it cannot take', () => {
    const withField = (name: string, value: unknown): nn.Module =>
      Object.assign(new Scale(), { [name]: value });
    expect(() => withField('gain', tf.variable(tf.scalar(1))).parameters()).toThrow(
      "Field 'gain' of Scale is a plain tf.Variable. It is unknown whether it should be trained. " +
        'Create it with nn.parameter(...) to train it, or with nn.buffer(...) to keep it beside the parameters.',
    );
    for (const [container, value] of [
      ['a Map', new Map([['a', new Scale()]])],
      ['a Set', new Set([nn.parameter(tf.scalar(1))])],
      ['a plain object', { a: new Scale() }],
      ['a plain object', { a: { b: [1, new Scale()] } }],
      ['a plain object', Object.assign(Object.create(null), { a: nn.buffer(tf.scalar(1)) })],
      ['a Map', new Map([['a', [new Scale()]]])],
      ['a Map', new Map([[new Scale(), 'a']])],
      ['a Set', new Set([new Map([['a', { b: new Scale() }]])])],
    ] as const) {
      expect(() => withField('parts', value).parameters()).toThrow(
        `Field 'parts' of Scale contains modules or parameters inside ${container}. ` +
          'They would be neither trained nor saved: only fields and arrays are searched. ' +
          'Put each one into its own field, or all into an array.',
      );
    }
    expect(() => withField('Weight', new Scale()).parameters()).toThrow(
      "Fields 'weight' and 'Weight' of Scale both get the state-dict name 'weight'. Rename one of them.",
    );
    const own = new Scale();
    Object.assign(own, { child: withField('owner', own) });
    expect(() => own.parameters()).toThrow(
      "Module Scale contains itself, at 'child.owner'. " +
        'Keep the owner in a #private field, which is not searched for modules.',
    );
  });
});

describe('modes', () => {
  it('reach everything below, and no sibling', () => {
    const tree = new Tree();
    tree.projectionHead.eval();
    expect(tree.projectionHead.training).toBe(false);
    expect(tree.training).toBe(true);
    expect(tree.eval()).toBe(tree);
    expect(tree.modules().map(({ training }) => training)).toEqual([false, false, false, false]);
    tree.train();
    expect(tree.modules().every(({ training }) => training)).toBe(true);
    expect(tree.hidden().training).toBe(true);
  });

  it('freeze what a compiled step trains', async () => {
    const scale = new Scale();
    const x = tf.tensor1d([1, 1]);
    const take = (): tf.Tensor =>
      tf.variableGrads(() => tf.sum(tf.mul(scale.weight, x)), undefined).grads[scale.weight.name]!;
    scale.freeze();
    expect(scale.weight.trainable).toBe(false);
    await expect(compile(take, { name: 'frozen' })()).rejects.toThrow();
    scale.unfreeze();
    const gradient = await compile(take, { name: 'free' })();
    expect([...gradient.dataSync()]).toEqual([1, 1]);
  });

  it.each([
    ['offset', ['offset']],
    ['blocks', ['blocks.0.weight', 'blocks.1.0.weight']],
    ['blocks.*', ['blocks.0.weight', 'blocks.1.0.weight']],
    ['*.weight', ['projection_head.weight', 'blocks.0.weight', 'blocks.1.0.weight']],
    ['gains.?', null],
    [/gains\.\d$/g, ['gains.0', 'gains.1']],
    // A parameter in two places matches by both names.
    ['tied.*', ['projection_head.weight']],
    [
      ['offset', 'gains.1'],
      ['offset', 'gains.1'],
    ],
  ] as const)('freeze by name: %s', (names, expected) => {
    const tree = new Tree();
    const frozen = (): string[] =>
      [...tree.namedParameters()].flatMap(([name, { trainable }]) => (trainable ? [] : [name]));
    if (expected === null) {
      expect(() => tree.freeze(names)).toThrow("No parameter of Tree matches 'gains.?'.");
      return;
    }
    expect(tree.freeze(names)).toBe(tree);
    expect(frozen()).toEqual(expected);
    tree.unfreeze(names);
    expect(frozen()).toEqual([]);
    tree.freeze();
    tree.unfreeze(names);
    expect([...tree.namedParameters().keys()].filter((name) => !frozen().includes(name))).toEqual(expected);
  });

  it('report the nearest names if a pattern matches nothing, and change nothing', () => {
    const tree = new Tree();
    const refused: [nn.NamePattern, string][] = [
      [
        'projectionHead.*',
        "No parameter of Tree matches 'projectionHead.*'. Did you mean 'projection_head'?",
      ],
      [
        /layer/,
        "No parameter of Tree matches /layer/. Use some of 'offset', 'gains', 'projection_head', 'blocks'.",
      ],
      [
        'backbone',
        "No parameter of Tree matches 'backbone'. Use some of 'offset', 'gains', 'projection_head', 'blocks'.",
      ],
      [
        'blocks.1.first_layer.*',
        "No parameter of Tree matches 'blocks.1.first_layer.*'. Use some of 'blocks.1.0'.",
      ],
      [
        'blocks.decoder',
        "No parameter of Tree matches 'blocks.decoder'. Use some of 'blocks.0', 'blocks.1'.",
      ],
      [
        '*.running_max',
        "No parameter of Tree matches '*.running_max', but these buffers do: projection_head.running_max, " +
          'blocks.0.running_max, blocks.1.0.running_max and tied.running_max. Buffers, such as the tensors of a teacher, are never trained. Remove the pattern, or name parameters.',
      ],
    ];
    for (const [pattern, message] of refused) {
      expect(() => tree.freeze(['offset', pattern])).toThrow(message);
    }
    expect(tree.offset.trainable).toBe(true);
  });
});

it('the stages of a backbone without a head are frozen by number, as the error explains', () => {
  const model = new nn.Sequential(nn.resnet18({ head: 'none', width: 4 }));
  expect(() => model.freeze('0.layer1.*')).toThrow(
    "No parameter of Sequential matches '0.layer1.*'. Use some of '0.0', '0.1', '0.4', '0.5', '0.6', '0.7'.",
  );
  model.freeze(['0.0', '0.1', '0.4.*']);
  const frozen = [...model.namedParameters()].flatMap(([name, { trainable }]) => (trainable ? [] : [name]));
  expect([...new Set(frozen.map((name) => name.slice(0, 3)))]).toEqual(['0.0', '0.1', '0.4']);
  model.dispose();
});

describe('loadStateDict', () => {
  it('accepts the result of stateDict, which is a copy', () => {
    const tree = new Tree();
    const state = tree.stateDict();
    expect(state.get('steps')).toEqual({ dtype: 'I64', shape: [], data: BigInt64Array.of(7n) });
    tree.offset.assign(tf.scalar(-1));
    expect(state.get('offset')!.data[0]).toBe(3);
    state.set('steps', { dtype: 'I64', shape: [], data: BigInt64Array.of(9n) });
    expect(tree.loadStateDict(state)).toEqual({ missing: [], unexpected: [] });
    expect(tree.offset.dataSync()[0]).toBe(3);
    expect(tree.steps.dataSync()[0]).toBe(9);
  });

  it('names every key that does not fit, and changes nothing', () => {
    const scale = new Scale();
    const before = scale.stateDict();
    const state = scale.stateDict();
    state.delete('running_max');
    state.set('running_min', { dtype: 'F32', shape: [2], data: new Float32Array(2) });
    state.set('fc.bias', { dtype: 'F32', shape: [2], data: new Float32Array(2) });
    state.set('weight', { dtype: 'F32', shape: [2], data: Float32Array.of(8, 9) });
    expect(() => scale.loadStateDict(state)).toThrow(
      'The state does not fit Scale: missing: running_max; unexpected: running_min, fc.bias. Nothing was changed. ' +
        'Load the state of the same model, or pass { strict: false } to skip missing and unexpected keys.',
    );
    expect(scale.stateDict()).toEqual(before);

    expect(scale.loadStateDict(state, { strict: false })).toEqual({
      missing: ['running_max'],
      unexpected: ['running_min', 'fc.bias'],
    });
    expect([...scale.weight.dataSync()]).toEqual([8, 9]);

    state.set('weight', { dtype: 'I32', shape: [1, 2], data: Int32Array.of(1, 1) });
    expect(() => scale.loadStateDict(state, { strict: false })).toThrow(
      'The state does not fit Scale: mismatched: weight (state: I32 [1, 2], module: F32 [2]). Nothing was changed. ' +
        'Load the state of a model that was built with the same options.',
    );
  });
});

describe('parameters and buffers', () => {
  it('take over their initial value, and are freed with the module', () => {
    const before = liveCounts();
    const tree = new Tree();
    expect(liveCounts().tensors).toBeGreaterThan(before.tensors);
    tree.dispose();
    tree.hidden().dispose();
    expect(liveCounts()).toEqual(before);
  });

  it('reject other element types', () => {
    expect(() => nn.parameter(tf.scalar(1, 'int32'))).toThrow(
      'A parameter was given int32 values. Parameters are float32. Cast the values, or use nn.buffer(...).',
    );
    expect(() => nn.buffer(tf.scalar('a'))).toThrow(
      'A buffer was given string values. Buffers are float32, int32 or bool. Cast the values to one of these types.',
    );
  });

  it.each([
    [false, 'parameter', () => nn.parameter(tf.scalar(1))],
    [true, 'parameter', () => nn.parameter(tf.scalar(1))],
    [false, 'buffer', () => nn.buffer(tf.scalar(1))],
    [true, 'buffer', () => nn.buffer(tf.scalar(1))],
    [true, 'parameter', () => new nn.Linear(2, 3).weight],
  ])('are not made inside a step, eager: %s, %s', async (eager, role, make) => {
    const step = compile(make as () => tf.Tensor, { name: 'step', eager });
    await expect(step()).rejects.toThrow(
      `A ${role} was created inside a compiled step. It would be created again at every trace and lost at its end. ` +
        'Create layers and parameters as fields of the module, or in its constructor.',
    );
  });

  it('can be sorted into lists that keep their names', () => {
    const layers = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));
    const matrices = layers.parameters().filter(({ rank }) => rank > 1);
    expect(matrices.entries().map(([name]) => name)).toEqual(['0.weight']);
    expect(layers.parameters().filter((_, name) => name.startsWith('1.'))).toHaveLength(2);
    expect([...matrices]).toEqual([(layers[0] as nn.Linear).weight]);
  });
});
