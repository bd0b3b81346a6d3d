import * as tf from '@tensorflow/tfjs-core';
import type { StateDict } from '../../src/contracts';
import { liveCounts, start } from '../../src/engine';
import * as nn from '../../src/nn';

beforeEach(async () => {
  await start({ accelerator: 'cpu', seed: 1 });
});

/** A model as experiments have them, small. */
class Model extends nn.Module {
  readonly backbone: nn.ResNet | nn.ResNetBackbone;
  readonly projectionHead = new nn.SimSiamProjectionHead(32, 8, 4);

  constructor(backbone: nn.ResNet | nn.ResNetBackbone = nn.resnet18({ head: 'none', width: 4 })) {
    super();
    this.backbone = backbone;
  }

  forward(): void {
    return undefined;
  }
}

/** The same with DINO's names. */
class Student extends nn.Module {
  readonly studentBackbone = nn.resnet18({ head: 'none', width: 4 });

  forward(): void {
    return undefined;
  }
}

/** A student with a teacher, as in BYOL. */
class Pair extends nn.Module {
  readonly backbone = nn.resnet18({ head: 'none', width: 4 });
  readonly backboneMomentum = nn.teacherOf(this.backbone);

  forward(): void {
    return undefined;
  }
}

/** A ViT as backbone, alone or as masked ones hold it. */
class Seer extends nn.Module {
  readonly backbone: nn.VisionTransformer | nn.Module;

  constructor(imageSize: number, options: { readonly within?: boolean } = {}) {
    super();
    const vit = smallViT(imageSize, 'none');
    this.backbone = options.within === true ? new Frame(vit) : vit;
  }

  forward(): void {
    return undefined;
  }
}

class Frame extends nn.Module {
  constructor(readonly vit: nn.VisionTransformer) {
    super();
  }

  forward(): void {
    return undefined;
  }
}

function smallViT(imageSize: number, head: 'none' | 'linear'): nn.VisionTransformer {
  return new nn.VisionTransformer({
    imageSize,
    patchSize: 4,
    width: 8,
    depth: 1,
    heads: 2,
    head,
    classes: 3,
  });
}

/** Modules that are freed after each test. */
const made: nn.Module[] = [];
afterEach(() => {
  for (const module of made.splice(0)) module.dispose();
});

function keep<M extends nn.Module>(module: M): M {
  made.push(module);
  return module;
}

/** A state of its own: no value is one that a new module has. */
function marked(module: nn.Module): StateDict {
  let count = 0;
  return new Map(
    [...module.stateDict()].map(([name, tensor]) => {
      count += 1;
      const data =
        tensor.data instanceof BigInt64Array
          ? BigInt64Array.from(tensor.data, () => BigInt(count))
          : Float32Array.from(tensor.data as Float32Array, (_, at) => count + at / 64);
      return [name, { ...tensor, data }];
    }),
  );
}

/** Torchvision's state of a ResNet-18, as `resnet.test.ts` holds its names to torchvision's. */
const torchvision = (options: nn.ResNetOptions = {}): StateDict =>
  marked(keep(nn.resnet18({ width: 4, classes: 3, ...options })));

const renamed = (state: StateDict, prefix: string): StateDict =>
  new Map([...state].map(([name, tensor]) => [`${prefix}${name}`, tensor]));

const load = (module: nn.Module, state: StateDict, strict = true): string =>
  nn.loadInitialWeights(module, { state, source: 'weights.safetensors', strict });

describe('initial weights', () => {
  it("with torchvision's names are those of a numbered backbone, without the classifier", () => {
    const model = keep(new Model());
    const before = model.stateDict();
    const given = torchvision();
    expect(load(model, given)).toBe(
      'The weights of weights.safetensors are loaded into backbone of Model (120 tensors); left out: fc.* (2).',
    );
    const state = model.stateDict();
    expect(state.get('backbone.0.weight')).toEqual(given.get('conv1.weight'));
    expect(state.get('backbone.1.num_batches_tracked')).toEqual(given.get('bn1.num_batches_tracked'));
    expect(state.get('backbone.7.1.bn2.running_var')).toEqual(given.get('layer4.1.bn2.running_var'));
    const heads = [...state].filter(([name]) => name.startsWith('projection_head.'));
    expect(heads).toEqual([...before].filter(([name]) => name.startsWith('projection_head.')));
  });

  it('of a numbered backbone fit a ResNet with a classifier only if it may keep its own', () => {
    const model = keep(new Model(nn.resnet18({ width: 4, classes: 3 })));
    const given = marked(keep(nn.resnet18({ head: 'none', width: 4 })));
    expect(() => load(model, given)).toThrow(
      'The weights of weights.safetensors do not fit backbone of Model: missing: backbone.fc.* (2). Nothing was loaded. ' +
        'Build the model with the same options, or load what fits with --initialWeightsStrict false.',
    );
    expect(load(model, given, false)).toBe(
      'The weights of weights.safetensors are loaded into backbone of Model (120 tensors); not found there: backbone.fc.* (2).',
    );
    expect(model.stateDict().get('backbone.layer1.0.conv1.weight')).toEqual(given.get('4.0.conv1.weight'));
  });

  it.each(['', 'backbone.', 'student_backbone.'])("of a backbone alone may stand under '%s'", (prefix) => {
    const given = renamed(marked(keep(nn.resnet18({ head: 'none', width: 4 }))), prefix);
    for (const model of [keep(new Model()), keep(new Student())]) {
      expect(load(model, given)).toMatch(/ackbone of \w+ \(120 tensors\)\.$/);
    }
  });

  it('that are not finite are an error, and nothing is loaded', () => {
    const model = new Model();
    const state = new Map(model.stateDict());
    const wild = state.get('backbone.0.weight')!;
    state.set('backbone.0.weight', { ...wild, data: new Float32Array(wild.data.length).fill(NaN) });
    expect(() => nn.loadInitialWeights(model, { state, source: 'wild.safetensors' })).toThrow(
      'The weights of wild.safetensors contain values that are not finite, in backbone.0.weight. Nothing was loaded. ' +
        'Use the weights of an earlier checkpoint, from before they diverged.',
    );
    expect(model.stateDict().get('backbone.0.weight')?.data).not.toContain(NaN);
    model.dispose();
  });

  it('of a whole model are all of it', () => {
    const model = keep(new Model());
    const given = marked(model);
    expect(load(keep(new Model()), given)).toBe(
      'The weights of weights.safetensors are loaded into Model (136 tensors).',
    );
  });

  it('of another method are an error unless partial loading is requested', () => {
    const given = new Map([
      ...marked(keep(new Model())),
      ['prediction_head.weight', { dtype: 'F32', shape: [1], data: Float32Array.of(1) }] as const,
    ]);
    given.delete('projection_head.layers.0.weight');
    const model = keep(new Model());
    const before = model.stateDict();
    expect(() => load(model, given)).toThrow(
      'The weights of weights.safetensors do not fit Model: missing: projection_head.layers.0.weight; ' +
        'unexpected: prediction_head.weight. Nothing was loaded.',
    );
    expect(model.stateDict()).toEqual(before);
    expect(load(model, given, false)).toBe(
      'The weights of weights.safetensors are loaded into Model (135 tensors); ' +
        'left out: prediction_head.weight; not found there: projection_head.layers.0.weight.',
    );
  });

  it('may lack the counts of batches, as those of old versions of PyTorch do', () => {
    const given = new Map([...torchvision()].filter(([name]) => !name.endsWith('num_batches_tracked')));
    expect(load(keep(new Model()), given)).toContain('(100 tensors); left out: fc.* (2).');
  });

  it('of another stem are left out and reported if partial loading is requested', () => {
    const model = keep(new Model(nn.resnet18({ head: 'none', width: 4, stem: 'cifar' })));
    const before = model.stateDict();
    const shapes = 'conv1.weight (F32 [4, 3, 7, 7], but backbone.0.weight is F32 [4, 3, 3, 3])';
    expect(() => load(model, torchvision())).toThrow(
      `The weights of weights.safetensors do not fit backbone of Model: of another shape: ${shapes}. Nothing was loaded.`,
    );
    expect(model.stateDict()).toEqual(before);
    expect(load(model, torchvision(), false)).toBe(
      'The weights of weights.safetensors are loaded into backbone of Model (119 tensors); left out: fc.* (2); ' +
        `of another shape, and left out: ${shapes}.`,
    );
    expect(model.stateDict().get('backbone.0.weight')).toEqual(before.get('backbone.0.weight'));
  });

  it('of which no parameter fits are always an error', () => {
    const model = keep(new Model());
    const before = model.stateDict();
    expect(() => load(model, torchvision({ width: 8 }), false)).toThrow(
      'Not a single parameter of backbone of Model can be loaded from weights.safetensors: ' +
        'conv1.weight (F32 [8, 3, 7, 7], but backbone.0.weight is F32 [4, 3, 7, 7]), ' +
        'bn1.weight (F32 [8], but backbone.1.weight is F32 [4]), ' +
        'bn1.bias (F32 [8], but backbone.1.bias is F32 [4]) and 97 more. ' +
        'Nothing was loaded. Build the model with the same options.',
    );
    expect(model.stateDict()).toEqual(before);
  });

  it('with none of the names are an error that shows both', () => {
    const given: StateDict = new Map([['tower.w', { dtype: 'F32', shape: [1], data: Float32Array.of(1) }]]);
    expect(() => load(keep(new Model()), given)).toThrow(
      'The weights of weights.safetensors do not belong to Model: they contain tower.w, but the model has projection_head.layers.0.weight, ' +
        'projection_head.layers.1.weight and projection_head.layers.1.bias, …. Nothing was loaded. ' +
        "Use weights with the model's own names, or a backbone's: Fulgur's, torchvision's of a ResNet or timm's of a ViT.",
    );
  });

  it.each([false, true])("with timm's names are those of a ViT, without the classifier", (within) => {
    const model = keep(new Seer(16, { within }));
    const given = marked(keep(smallViT(16, 'linear')));
    const part = within ? 'backbone.vit' : 'backbone';
    expect(load(model, given)).toBe(
      `The weights of weights.safetensors are loaded into ${part} of Seer (18 tensors); left out: head.* (2).`,
    );
    expect(model.stateDict().get(`${part}.blocks.0.attn.qkv.weight`)).toEqual(
      given.get('blocks.0.attn.qkv.weight'),
    );
  });

  it('of a ViT for larger images have their positions resampled, as its own forward pass does', () => {
    const large = keep(smallViT(32, 'none'));
    const model = keep(new Seer(16));
    expect(load(model, large.stateDict())).toBe(
      'The weights of weights.safetensors are loaded into backbone of Seer (18 tensors); ' +
        'resampled: pos_embed from 8 × 8 patches to 4 × 4.',
    );
    tf.tidy(() => {
      const images = tf.randomNormal<tf.Rank.R4>([2, 16, 16, 3], 0, 1, 'float32', 5);
      const [own, theirs] = [model.backbone as nn.VisionTransformer, large].map((vit) => vit.forward(images));
      const apart = tf.max(tf.abs(tf.sub(own as tf.Tensor2D, theirs as tf.Tensor2D)));
      expect(apart.dataSync()[0]).toBeLessThan(1e-6);
    });
  });

  it('are also the initial weights of a teacher, unless they include its own', () => {
    const model = keep(new Pair());
    const given = torchvision();
    load(model, given);
    const own = marked(model);
    for (const teacher of ['backbone', 'backbone_momentum']) {
      const state = model.stateDict();
      expect(state.get(`${teacher}.4.0.conv1.weight`)).toEqual(given.get('layer1.0.conv1.weight'));
      expect(state.get(`${teacher}.1.running_mean`)).toEqual(given.get('bn1.running_mean'));
    }
    load(model, own);
    expect(model.stateDict()).toEqual(own);
    expect(own.get('backbone.0.weight')).not.toEqual(own.get('backbone_momentum.0.weight'));
  });

  it('are set without leaving a tensor behind', () => {
    const model = keep(new Model());
    const given = torchvision();
    const { tensors } = liveCounts();
    load(model, given);
    expect(liveCounts().tensors).toBe(tensors);
  });
});
