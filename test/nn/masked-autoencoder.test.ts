import * as tf from '@tensorflow/tfjs-core';
import { fill } from '../../bench/parity/generate';
import { pytorchDraws } from '../../bench/parity/pytorch-draws';
import { compile, liveCounts, start } from '../../src/engine';
import * as losses from '../../src/losses';
import * as nn from '../../src/nn';
import reference from './data/masked-autoencoder.json';

beforeEach(async () => {
  await start({ accelerator: 'cpu', seed: 1 });
});

const { seed, batch, size } = reference.spec;
const PATCH = 4;

class Autoencoder extends nn.Module {
  readonly backbone = new nn.MaskedVisionTransformer(
    new nn.VisionTransformer({
      ...{ imageSize: size, patchSize: PATCH, width: 96, depth: 2, heads: 3, head: 'none' },
    }),
  );
  readonly decoder = new nn.MAEDecoder({
    ...{ patches: 64, patchSize: PATCH, features: 96, width: 48, depth: 1, heads: 3 },
  });

  forward(images: tf.Tensor4D, selection: nn.TokenMask): tf.Scalar {
    return tf.tidy(() => {
      const encoded = this.backbone.encode(images, { keep: selection.keep });
      const predictions = this.decoder.reconstruct(encoded, selection, images);
      return losses.maePatchLoss(predictions, this.decoder.targets(images, selection));
    });
  }
}

/** The reference's weights; positions keep their sines and cosines. */
function fillWeights(model: nn.Module): void {
  const state = new Map(model.stateDict());
  for (const [name, tensor] of state) {
    const { shape } = tensor;
    const [, inputs = 1, height = 1, width = 1] = shape;
    const bounds = [1, 0.125, Math.sqrt(1 / inputs), 0.5, Math.sqrt(6 / (inputs * height * width))];
    if (name.endsWith('pos_embed') || /norm\d?\./.test(name)) continue;
    if (name === 'backbone.vit.patch_embed.proj.bias') {
      state.set(name, { ...tensor, data: pytorchDraws(0, 96 * 48, 96, 1 / Math.sqrt(48)) });
      continue;
    }
    state.set(name, { ...tensor, data: fill(name, tensor.data.length, seed, bounds[shape.length]!) });
  }
  model.loadStateDict(state);
}

/** The reference's images, `[batch, size, size, 3]`: noise over 4×4 cells. */
function images(): tf.Tensor4D {
  return tf.tidy(() => {
    const coarse = tf.tensor4d(fill('coarse', batch * 3 * 16, seed, 1), [batch, 3, 4, 4]);
    const noise = tf.tensor4d(fill('view0', batch * 3 * size * size, seed, 0.25), [batch, 3, size, size]);
    const large = tf.image.resizeNearestNeighbor(tf.transpose<tf.Tensor4D>(coarse, [0, 2, 3, 1]), [
      size,
      size,
    ]);
    return tf.add(large, tf.transpose(noise, [0, 2, 3, 1]));
  });
}

/** The reference's mask: a quarter of the patches in the order of drawn numbers, and the class token before them. */
function selection(): nn.TokenMask {
  const patches = (size / PATCH) ** 2;
  const noise = fill('mask', batch * patches, seed, 1);
  const orders = Array.from({ length: batch }, (_, sample) => {
    const own = noise.slice(sample * patches, (sample + 1) * patches);
    return [...own.keys()].sort((a, b) => own[a]! - own[b]!).map((index) => index + 1);
  });
  return {
    keep: tf.tensor2d(
      orders.map((order) => [0, ...order.slice(0, patches / 4)]),
      undefined,
      'int32',
    ),
    mask: tf.tensor2d(
      orders.map((order) => order.slice(patches / 4)),
      undefined,
      'int32',
    ),
  };
}

it("MAE's encoder and decoder have lightly's names, shapes and order", () => {
  const model = new Autoencoder();
  expect(Object.fromEntries([...model.stateDict()].map(([name, { shape }]) => [name, shape]))).toEqual(
    reference.stateDict,
  );
  expect([...model.stateDict().keys()]).toEqual(Object.keys(reference.stateDict));
  expect(model.backbone.sequenceLength).toBe(65);
  const fixed = [...model.namedParameters()].filter(([, { trainable }]) => !trainable);
  expect(fixed.map(([name]) => name)).toEqual(['backbone.vit.pos_embed', 'decoder.decoder_pos_embed']);
  model.dispose();
});

it('fixed parameters stay fixed when all is unfrozen, and are trained only if named alone', () => {
  const model = new Autoencoder();
  const fixed = (): string[] =>
    [...model.namedParameters()].filter(([, { trainable }]) => !trainable).map(([name]) => name);
  const positions = ['backbone.vit.pos_embed', 'decoder.decoder_pos_embed'];
  model.freeze().unfreeze();
  expect(fixed()).toEqual(positions);
  model.freeze('backbone').unfreeze(['backbone', 'decoder']);
  expect(fixed()).toEqual(positions);
  model.unfreeze('backbone.vit.pos_embed');
  expect(fixed()).toEqual(['decoder.decoder_pos_embed']);
  const head = new nn.DINOProjectionHead(4, 4, 4, 8);
  head.freeze().unfreeze('last_layer');
  expect([head.lastLayer.weightG.trainable, head.lastLayer.weightV.trainable]).toEqual([false, true]);
  for (const each of [model, head]) each.dispose();
});

it.each([
  ['compiled', false],
  ['eager', true],
])("%s, loss and gradients of a given mask are lightly's", async (_, eager) => {
  const model = new Autoencoder();
  fillWeights(model);
  const names = Object.keys(reference.grad0);
  const parameters = names.map((name) => model.namedParameters().get(name)!);
  const step = compile(
    (x: tf.Tensor4D, { keep, mask }: { keep: tf.Tensor2D; mask: tf.Tensor2D }) => {
      const { value, grads } = tf.engine().gradients(() => model.forward(x, { keep, mask }), parameters);
      return { loss: value, grads };
    },
    { eager },
  );
  const [x, chosen] = [images(), selection()];
  const { loss, grads } = await step(x, { ...chosen });

  expect(Math.abs(loss - reference.loss)).toBeLessThan(1e-6);
  let squares = 0;
  const wanted = Object.values(reference.grad0) as [number, number][];
  grads.forEach((gradient, index) => {
    const values = [...gradient.dataSync()];
    const [sum, norm] = wanted[index]!;
    const square = values.reduce((total, value) => total + value * value, 0);
    squares += square;
    expect(Math.abs(Math.sqrt(square) - norm)).toBeLessThan(1e-5 * norm);
    expect(Math.abs(values.reduce((total, value) => total + value, 0) - sum)).toBeLessThan(1e-5 * norm);
  });
  expect(Math.abs(Math.sqrt(squares) - reference.gradNorm)).toBeLessThan(1e-5);
  tf.dispose([x, { ...chosen }, grads]);
  step.dispose();
  model.dispose();
});

describe('randomTokenMask', () => {
  it.each([
    // Counts of lightly's random_token_mask.
    [197, 0.75, false, 50],
    [197, 0.6, false, 79],
    [65, 0.75, false, 17],
    [10, 0.5, true, 5],
    [5, 0.6, false, 2],
  ])(
    'of %d tokens at ratio %d, class token masked: %s, keeps %d',
    (tokens, maskRatio, maskClassToken, kept) => {
      const { keep, mask } = nn.randomTokenMask([3, tokens], { maskRatio, maskClassToken });
      expect([keep.shape, mask.shape]).toEqual([
        [3, kept],
        [3, tokens - kept],
      ]);
      const rows = keep.arraySync().map((row, sample) => [...row, ...mask.arraySync()[sample]!]);
      const all = Array.from({ length: tokens }, (_, index) => index);
      for (const row of rows) expect(row.sort((a, b) => a - b)).toEqual(all);
      tf.dispose([keep, mask]);
    },
  );

  it('keeps the class token first, and draws separately for each sample and each call of a step', async () => {
    const step = compile(() => ({ keep: nn.randomTokenMask([4, 33], { maskRatio: 0.5 }).keep }));
    const calls = [await step(), await step()].map(({ keep }) => {
      const rows = keep.arraySync();
      keep.dispose();
      return rows;
    });
    const rows = calls.flat();
    expect(rows.map(([first]) => first)).toEqual(Array(8).fill(0));
    expect(new Set(rows.map((row) => row.join())).size).toBe(8);
    step.dispose();
  });

  it('masks every token about as often', () => {
    const { mask } = nn.randomTokenMask([4000, 9], { maskRatio: 0.5 });
    const counts = Array<number>(9).fill(0);
    for (const index of mask.dataSync()) counts[index]! += 1;
    expect(counts[0]).toBe(0);
    // 2000 of 4000 with a deviation of 32.
    for (const count of counts.slice(1)) expect(Math.abs(count - 2000)).toBeLessThan(160);
    mask.dispose();
  });

  it('rejects a ratio that keeps or masks nothing', () => {
    expect(() => nn.randomTokenMask([2, 5], { maskRatio: 0 })).toThrow(
      'A mask of 5 tokens should hide a fraction of 0, and keep 5. At least one token must be kept, and one masked. ' +
        'Use a maskRatio between 0 and 1, or smaller patches.',
    );
    expect(() => nn.randomTokenMask([0, 5])).toThrow(
      'A mask for 0 samples was requested. Pass [batch, tokens], with the batch of the images: images.shape[0].',
    );
    expect(() => nn.randomTokenMask([2, 5], { maskRatio: NaN })).toThrow('and keep NaN');
  });
});

describe('tokens', () => {
  const tokens = (): tf.Tensor3D => tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [2, 3, 2]);
  const index = (): tf.Tensor2D => tf.tensor2d([2, 0, 1, 1], [2, 2], 'int32');

  it('are taken by sample, and gradients go back to their places and add up', () => {
    const [x, places] = [tokens(), index()];
    const weights = tf.tensor3d([1, 10, 100, 1000, 2, 20, 3, 30], [2, 2, 2]);
    const { grads } = tf.engine().gradients(() => {
      const taken = nn.takeTokens(x, places);
      expect([...taken.dataSync()]).toEqual([5, 6, 1, 2, 9, 10, 9, 10]);
      return tf.sum<tf.Scalar>(tf.mul(taken, weights));
    }, [x]);
    expect([...grads[0]!.dataSync()]).toEqual([100, 1000, 0, 0, 1, 10, 0, 0, 5, 50, 0, 0]);
    tf.dispose([x, places, weights, grads]);
  });

  it('are placed among copies of one, and gradients go to both', () => {
    const values = tf.tensor3d([1, 2, 3, 4], [2, 1, 2]);
    const token = tf.tensor3d([-1, -2], [1, 1, 2]);
    const places = tf.tensor2d([2, 0], [2, 1], 'int32');
    const weights = tokens();
    const { grads } = tf.engine().gradients(() => {
      const all = nn.placeTokens(token, 3, places, values);
      expect([...all.dataSync()]).toEqual([-1, -2, -1, -2, 1, 2, 3, 4, -1, -2, -1, -2]);
      return tf.sum<tf.Scalar>(tf.mul(all, weights));
    }, [values, token]);
    expect([...grads[0]!.dataSync()]).toEqual([5, 6, 7, 8]);
    expect([...grads[1]!.dataSync()]).toEqual([1 + 3 + 9 + 11, 2 + 4 + 10 + 12]);
    tf.dispose([values, token, places, weights, grads]);
  });

  it('are replaced by the mask token', () => {
    const [x, places, token] = [
      tokens(),
      tf.tensor2d([1, 0], [2, 1], 'int32'),
      tf.tensor3d([-1, -2], [1, 1, 2]),
    ];
    const masked = nn.maskTokens(x, places, token);
    expect([...masked.dataSync()]).toEqual([1, 2, -1, -2, 5, 6, -1, -2, 9, 10, 11, 12]);
    tf.dispose([x, places, token, masked]);
  });

  it('are each placed at a position of their own', () => {
    const [values, token, places] = [tokens(), tf.zeros<tf.Rank.R3>([1, 1, 2]), index()];
    expect(() => nn.placeTokens(token, 4, places, values)).toThrow(
      "placeTokens got 3 tokens per sample for 2 places. Each token needs its own place. Pass the tokens that were taken with the same indices, as encode(images, { keep }) of MAE's encoder does.",
    );
    tf.dispose([values, token, places]);
  });

  it('are not masked, placed or taken with indices that were drawn for another number of tokens', () => {
    const [x, token] = [tokens(), tf.zeros<tf.Rank.R3>([1, 1, 2])];
    const { keep, mask } = nn.randomTokenMask([2, 4], { maskRatio: 0.5 });
    const message = (name: string, count: number, why: string): string =>
      `${name} got a mask that was drawn for 4 tokens, but ${count} tokens. It would ${why} Draw masks for the images, nn.randomTokenMask([batch, backbone.sequenceLengthOf(images)]), and use the same` +
      ' patch size in encoder and decoder.';
    expect(() => nn.takeTokens(x, keep)).toThrow(message('takeTokens', 3, 'reach beyond the last one.'));
    expect(() => nn.maskTokens(x, mask, token)).toThrow(
      message('maskTokens', 3, 'reach beyond the last one.'),
    );
    expect(() => nn.placeTokens(token, 5, keep, x)).toThrow(
      message('placeTokens', 5, 'never reach the last ones.'),
    );
    tf.dispose([x, token, keep, mask]);
  });

  it('are identified by integers of each sample', () => {
    const places = tf.tensor2d([2, 0], [1, 2]);
    const x = tokens();
    expect(() => nn.takeTokens(x, places)).toThrow(
      'takeTokens got indices of type float32 and shape [1, 2] for 2 samples. It expects int32 indices [batch, places]. ' +
        "Add tf.scalar(1, 'int32') instead of 1 to indices, and pass one row of them per sample.",
    );
    expect(() => nn.takeTokens(x, tf.cast(places, 'int32'))).toThrow('of type int32 and shape [1, 2] for 2');
    tf.dispose([x, places]);
  });

  it('leave no tensors behind', () => {
    const [x, places, token] = [tokens(), index(), tf.zeros<tf.Rank.R3>([1, 1, 2])];
    const run = (): void =>
      tf.dispose([
        nn.takeTokens(x, places),
        nn.maskTokens(x, places, token),
        nn.placeTokens(
          token,
          4,
          places,
          tf.tidy(() => tf.slice(x, [0, 0, 0], [2, 2, 2])),
        ),
      ]);
    const before = liveCounts().tensors;
    tf.tidy(run);
    expect(liveCounts().tensors).toBe(before);
    tf.dispose([x, places, token]);
  });
});

it('the encoder replaces masked patches by its mask token, in their places', () => {
  const model = new Autoencoder();
  fillWeights(model);
  const x = tf.tidy(() => tf.slice(images(), [0, 0, 0, 0], [1, size, size, 3]));
  const patch = tf.tidy(() => tf.pad(tf.ones([1, PATCH, PATCH, 3]), [[0, 0], [4, 24], [8, 20], [0, 0]])); // prettier-ignore
  const changed = tf.tidy(() => tf.add<tf.Tensor4D>(x, patch));
  // Row 1, column 2 of a grid of 8×8, after the class token.
  const hidden = tf.tensor2d([[1 + 8 + 2]], [1, 1], 'int32');
  const features = (images: tf.Tensor4D, mask?: tf.Tensor2D): number[] =>
    tf.tidy(() => [...model.backbone.forward(images, mask === undefined ? {} : { mask }).dataSync()]);
  expect(features(changed)).not.toEqual(features(x));
  expect(features(changed, hidden)).toEqual(features(x, hidden));
  expect(features(x, hidden)).not.toEqual(features(x));
  tf.dispose([x, patch, changed, hidden]);
  model.dispose();
});

describe('images of another size than the model was made for', () => {
  const ofSize = (height: number, width: number): tf.Tensor4D =>
    tf.randomUniform([2, height, width, 3], 0, 1, 'float32', 5);
  const drawnFor = (model: Autoencoder, x: tf.Tensor4D): nn.TokenMask =>
    nn.randomTokenMask([x.shape[0], model.backbone.sequenceLengthOf(x)], { maskRatio: 0.75 });
  const both = [
    ['compiled', false],
    ['eager', true],
  ] as const;

  it.each(both)('%s, are seen and drawn in all their places', async (_, eager) => {
    const model = new Autoencoder();
    const parameters = [model.decoder.maskToken, model.backbone.vit.clsToken];
    const step = compile(
      (x: tf.Tensor4D) => {
        const selection = drawnFor(model, x);
        const { value, grads } = tf.engine().gradients(() => model.forward(x, selection), parameters);
        return { loss: value, grads, targets: model.decoder.targets(x, selection), ...selection };
      },
      { eager, onRetrace: () => undefined },
    );
    for (const [height, width] of [
      [64, 64],
      [16, 16],
      [16, 64],
    ] as const) {
      // prettier-ignore
      const x = ofSize(height, width);
      const { loss, grads, targets, keep, mask } = await step(x);
      const count = (height * width) / PATCH ** 2;
      const all = Array.from({ length: 1 + count }, (_, token) => token);
      keep.arraySync().forEach((row, sample) => {
        expect([...row, ...mask.arraySync()[sample]!].sort((a, b) => a - b)).toEqual(all);
      });
      expect(targets.shape).toEqual([2, 0.75 * count, 3 * PATCH ** 2]);
      expect(loss).toBeGreaterThan(0);
      for (const gradient of grads)
        expect(tf.tidy(() => tf.max(tf.abs(gradient)).dataSync()[0])).toBeGreaterThan(0);
      tf.dispose([x, grads, targets, keep, mask]);
    }
    step.dispose();
    model.dispose();
  });

  it('have positions where their patches are: interpolated, as those of the encoder', () => {
    const { decoder, ...model } = new Autoencoder();
    const grid = [4, 16] as const;
    const tokens = tf.zeros<tf.Rank.R3>([1, 65, 48]);
    const decoded = tf.tidy(() => decoder.decode(tokens, grid));
    const wanted = tf.tidy(() => {
      const positions = nn.resampledPositions(decoder.decoderPosEmbed, [8, 8], grid, 1);
      return decoder.decoderNorm.forward(decoder.decoderBlocks.forward(positions) as tf.Tensor3D);
    });
    expect([...decoded.dataSync()]).toEqual([...wanted.dataSync()]);
    const own = tf.tidy(() => decoder.decode(tokens));
    expect([...own.dataSync()]).not.toEqual([...decoded.dataSync()]);
    tf.dispose([tokens, decoded, wanted, own]);
    decoder.dispose();
    model.backbone.dispose();
  });

  it.each([
    ['larger', 64, 257, 'It would never reach the last ones.'],
    ['smaller', 16, 17, 'It would reach beyond the last one.'],
  ])('%s ones are rejected with masks of the size of the model', async (_, side, tokens, why) => {
    const model = new Autoencoder();
    const x = ofSize(side, side);
    const fix =
      'Draw masks for the images, nn.randomTokenMask([batch, backbone.sequenceLengthOf(images)]), and use the same ' +
      'patch size in encoder and decoder.';
    const selection = nn.randomTokenMask([2, model.backbone.sequenceLength], { maskRatio: 0.75 });
    for (const eager of [false, true]) {
      const drawn = (images: tf.Tensor4D): tf.Scalar =>
        model.forward(images, nn.randomTokenMask([2, 65], { maskRatio: 0.75 }));
      const step = compile(drawn, { eager });
      await expect(step(x)).rejects.toThrow(
        `takeTokens got a mask that was drawn for 65 tokens, but ${tokens} tokens. ${why} ${fix}`,
      );
      step.dispose();
    }
    const message = `MAEDecoder got a mask of 65 tokens (17 kept, 48 masked) for images with ${tokens} tokens. Each token of an image, including the class token, is either kept or masked. ${fix}`;
    const encoded = tf.zeros<tf.Rank.R3>([2, 17, 96]);
    expect(() => model.decoder.reconstruct(encoded, selection, x)).toThrow(message);
    expect(() => model.decoder.targets(x, selection)).toThrow(message);
    tf.dispose([x, encoded, { ...selection }]);
    model.dispose();
  });
});

it("positions are lightly's sines and cosines", () => {
  const positions = nn.sineCosinePositions(8, 3, 1);
  const rows = positions.arraySync()[0]!;
  expect(positions.shape).toEqual([1, 10, 8]);
  // Of lightly's get_2d_sine_cosine_positional_embedding(8, 3): column 2 of row 1.
  const wanted = [0.9092974, 0.0199987, -0.4161468, 0.9998, 0.841471, 0.0099998, 0.5403023, 0.99995];
  wanted.forEach((value, index) => expect(rows[6]![index]).toBeCloseTo(value, 6));
  expect(rows[0]).toEqual(Array(8).fill(0));
  positions.dispose();
  expect(() => nn.sineCosinePositions(6, 3, 1)).toThrow(
    'Sine and cosine position embeddings of 6 features were requested. Sines and cosines of rows and columns take a quarter of the features each. Use a multiple of 4.',
  );
});

it('what the decoder cannot take is rejected', () => {
  expect(() => new nn.MAEDecoder({ patches: 50, patchSize: 4 })).toThrow(
    'MAEDecoder got 50 patches. Its position embeddings are for a square grid. Use (imageSize / patchSize)².',
  );
  const decoder = new nn.MAEDecoder({
    ...{ patches: 4, patchSize: 2, features: 8, width: 8, depth: 1, heads: 2 },
  });
  expect(() => decoder.forward(tf.zeros([1, 3, 8]))).toThrow(
    'MAEDecoder got 3 tokens for an image of 2×2 patches. It takes 5, with the class token. Replace the tokens that the encoder did not see by mask tokens, as reconstruct() does.',
  );
  const images = tf.zeros<tf.Rank.R4>([1, 4, 4, 3]);
  const withClassToken = nn.randomTokenMask([1, 5], { maskClassToken: true });
  expect(() => decoder.targets(images, withClassToken)).toThrow(
    'MAEDecoder got a mask that was drawn with maskClassToken: true. A masked class token has no pixels to predict. ' +
      'Draw masks for MAE without maskClassToken.',
  );
  tf.dispose([images, { ...withClassToken }]);
  expect(() => nn.patchify(tf.zeros([1, 4, 6, 3]), 4)).toThrow(
    'Images of shape [1, 4, 6, 3] cannot be cut into patches of 4×4 pixels.',
  );
  expect(() => nn.patchGrid([4, 4, 3], 4)).toThrow(
    'Images of shape [4, 4, 3] cannot be cut into patches. Images must have the shape [batch, height, width, channels]. Pass a single image as a batch of one: tf.expandDims(image, 0).',
  );
  decoder.dispose();
});

it("initial values are MAE's: Xavier's, patches as a linear layer, and positions that are learnt or given if asked for", () => {
  const vit = (): nn.VisionTransformer =>
    new nn.VisionTransformer({
      ...{ imageSize: 8, patchSize: 4, width: 48, depth: 1, heads: 3, head: 'none' },
    });
  const model = new nn.MaskedVisionTransformer(vit());
  const bound = (parameter: tf.Variable): number => Math.max(...parameter.dataSync().map(Math.abs));
  expect(bound(model.vit.patchEmbed.proj.weight)).toBeCloseTo(Math.sqrt(6 / (48 + 48)), 2);
  const [block] = model.vit.blocks as Iterable<nn.TransformerBlock>;
  expect(bound(block!.mlp.fc1.weight)).toBeCloseTo(Math.sqrt(6 / (48 + 192)), 2);
  expect(bound(block!.mlp.fc1.bias!)).toBe(0);
  const learnt = new nn.MaskedVisionTransformer(vit(), { positions: 'learnt' });
  expect(learnt.vit.posEmbed.trainable).toBe(true);
  const own = vit();
  const before = own.stateDict();
  const given = new nn.MaskedVisionTransformer(own, { initialization: 'none', positions: 'given' });
  expect(given.vit.stateDict()).toEqual(before);
  for (const each of [model, learnt, given]) each.dispose();
});
