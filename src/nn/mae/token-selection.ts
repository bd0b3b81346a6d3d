import * as tf from '@tensorflow/tfjs-core';
import { offTape, runOp } from '../../engine';
import type { OpAttributes } from '../../engine';
import { FulgurError } from '../../errors';
import { withGradient } from '../custom-gradient';

/** The tokens of each sample that are visible, and those that are hidden: whole numbers from 0, each of them once. */
export interface TokenMask {
  /** `[batch, kept]`, int32. */
  readonly keep: tf.Tensor2D;
  /** `[batch, masked]`, int32. */
  readonly mask: tf.Tensor2D;
}

/** Options of `randomTokenMask`. */
export interface TokenMaskOptions {
  /** The fraction of tokens to mask (default 0.6). */
  readonly maskRatio?: number;
  /**
   * `true`: token 0 may be masked like any other; `false` (default): it is the class token, and is always kept first.
   */
  readonly maskClassToken?: boolean;
}

/**
 * The origin of indices: for those of `randomTokenMask` it is known while a step is traced, when their values are not.
 */
interface Drawn {
  readonly tokens: number;
  readonly maskClassToken: boolean;
}

const drawn = new WeakMap<tf.Tensor, Drawn>();

const int32 = { type: 'type', value: 'int32' } as const;
const float32 = { type: 'type', value: 'float32' } as const;

/**
 * Draws for each sample which of its tokens to keep, in random order. In a step the draws belong to the step: they
 * differ in each call and on each rank, and are repeated in a resumed run.
 *
 * Numbers as in lightly's `random_token_mask`: `⌊(tokens − 1) · (1 − maskRatio)⌋` are kept besides the class token.
 *
 * The functions that take these indices reject them for another number of tokens.
 *
 * @param size `[batch, tokens]`, with the class token.
 * @throws FulgurError `module` if nothing would be kept or masked, and for a batch without samples.
 */
export function randomTokenMask(
  [batch, tokens]: readonly [batch: number, tokens: number],
  { maskRatio = 0.6, maskClassToken = false }: TokenMaskOptions = {},
): TokenMask {
  if (!(Number.isInteger(batch) && batch >= 1)) {
    throw new FulgurError('module', {
      what: `A mask for ${batch} samples was requested.`,
      fix: 'Pass [batch, tokens], with the batch of the images: images.shape[0].',
    });
  }
  const first = maskClassToken ? 0 : 1;
  const kept = first + Math.floor((tokens - first) * (1 - maskRatio));
  if (!(kept >= 1 && kept < tokens)) {
    throw new FulgurError('module', {
      what: `A mask of ${tokens} tokens should hide a fraction of ${maskRatio}, and keep ${kept}.`,
      why: 'At least one token must be kept, and one masked.',
      fix: 'Use a maskRatio between 0 and 1, or smaller patches.',
    });
  }
  const selection = offTape(() =>
    tf.tidy(() => {
      const noise = tf.randomUniform<tf.Rank.R2>([batch, tokens - first]);
      const ranked = first === 0 ? noise : tf.concat([tf.fill<tf.Rank.R2>([batch, 1], -1), noise], 1);
      // The largest values come first, and of equal ones the first.
      const { indices } = tf.topk(tf.neg(ranked), tokens);
      const [keep, mask] = tf.split(indices, [kept, tokens - kept], 1) as [tf.Tensor2D, tf.Tensor2D];
      return { keep, mask };
    }),
  );
  for (const index of [selection.keep, selection.mask]) drawn.set(index, { tokens, maskClassToken });
  return selection;
}

/**
 * Gathers the tokens at the given places of each sample: `[batch, tokens, features]` and indices `[batch, taken]`,
 * int32, to `[batch, taken, features]`. Matches lightly's `get_at_index`.
 *
 * @throws FulgurError `module` for indices of another type or batch, or drawn for another number of tokens.
 */
export function takeTokens(tokens: tf.Tensor3D, index: tf.Tensor2D): tf.Tensor3D {
  const count = tokens.shape[1];
  requireIndex('takeTokens', index, tokens.shape[0], count);
  return withGradient<tf.Tensor3D>([tokens], () => ({
    value: gathered(tokens, index),
    saved: [index],
    gradient: (dy, [places]) => scattered(dy, places as tf.Tensor2D, count),
  }));
}

/**
 * Places tokens among copies of one token: `values` `[batch, placed, features]` at the indices `[batch, placed]`, int32
 * and distinct, of `[batch, count, features]`; `token` `[1, 1, features]` everywhere else. Matches lightly's
 * `set_at_index` on `repeat_token`.
 *
 * @throws FulgurError `module` for indices of another type, batch or count, or drawn for another number of tokens.
 */
export function placeTokens(
  token: tf.Tensor3D,
  count: number,
  index: tf.Tensor2D,
  values: tf.Tensor3D,
): tf.Tensor3D {
  requireIndex('placeTokens', index, values.shape[0], count);
  if (values.shape[1] !== index.shape[1]) {
    throw new FulgurError('module', {
      what: `placeTokens got ${values.shape[1]} tokens per sample for ${index.shape[1]} places.`,
      why: 'Each token needs its own place.',
      fix: "Pass the tokens that were taken with the same indices, as encode(images, { keep }) of MAE's encoder does.",
    });
  }
  return tf.tidy(() => {
    const placed = withGradient<tf.Tensor3D>([values], () => ({
      value: scattered(values, index, count),
      saved: [index],
      gradient: (dy, [places]) => gathered(dy, places as tf.Tensor2D),
    }));
    return tf.add(placed, tf.mul(tf.sub(1, marked(index, count)), token));
  });
}

/**
 * Replaces some tokens by one token: `[batch, tokens, features]` with `token` `[1, 1, features]` at the indices
 * `[batch, masked]`, int32. Matches lightly's `mask_at_index`.
 *
 * @throws FulgurError `module` for indices of another type or batch, or drawn for another number of tokens.
 */
export function maskTokens(tokens: tf.Tensor3D, index: tf.Tensor2D, token: tf.Tensor3D): tf.Tensor3D {
  requireIndex('maskTokens', index, tokens.shape[0], tokens.shape[1]);
  return tf.tidy(() => {
    const mask = marked(index, tokens.shape[1]);
    return tf.add(tf.mul(tf.sub(1, mask), tokens), tf.mul(mask, token));
  });
}

/** Returns 1 at the indices and 0 elsewhere: `[batch, count, 1]`. */
function marked(index: tf.Tensor2D, count: number): tf.Tensor3D {
  const [batch, places] = index.shape;
  return offTape(() => scattered(tf.ones([batch, places, 1]), index, count));
}

/** Rejects an index beyond the tokens, where those of the next sample would start. */
function gathered(tokens: tf.Tensor3D, index: tf.Tensor2D): tf.Tensor3D {
  const attributes: OpAttributes = {
    batch_dims: { type: 'int', value: 1 },
    ...{ Tparams: float32, Tindices: int32, Taxis: int32 },
  };
  return tf.tidy(
    () => runOp('GatherV2', attributes, [tokens, index, tf.scalar(1, 'int32')], 1)[0] as tf.Tensor3D,
  );
}

/** Returns the sum of all tokens for each place: the transpose of `gathered`. */
function scattered(values: tf.Tensor3D, index: tf.Tensor2D, count: number): tf.Tensor3D {
  const [batch, places, features] = values.shape;
  return tf.tidy(() => {
    const starts = tf.tensor2d(
      Array.from({ length: batch }, (_, sample) => sample * count),
      [batch, 1],
      'int32',
    );
    const rows = tf.reshape(values, [batch * places, features]);
    const inputs = [rows, tf.reshape(tf.add(index, starts), [-1]), tf.scalar(batch * count, 'int32')];
    const attributes: OpAttributes = { T: float32, Tindices: int32, Tnumsegments: int32 };
    const [sums] = runOp('UnsortedSegmentSum', attributes, inputs, 1);
    return tf.reshape(sums as tf.Tensor, [batch, count, features]);
  });
}

/**
 * Checks a mask of all tokens of some images, for MAE's decoder.
 *
 * @param tokens the number of tokens of an image, with the class token.
 * @throws FulgurError `module` if `keep` and `mask` together have another number of tokens, or the class token may be
 *   masked.
 */
export function requireWholeMask({ keep, mask }: TokenMask, tokens: number): void {
  const [kept, masked] = [keep.shape[1], mask.shape[1]];
  if (kept + masked !== tokens) {
    throw new FulgurError('module', {
      what: `MAEDecoder got a mask of ${kept + masked} tokens (${kept} kept, ${masked} masked) for images with ${tokens} tokens.`,
      why: 'Each token of an image, including the class token, is either kept or masked.',
      fix: masksOfImages,
    });
  }
  if (drawn.get(mask)?.maskClassToken !== true) return;
  throw new FulgurError('module', {
    what: 'MAEDecoder got a mask that was drawn with maskClassToken: true.',
    why: 'A masked class token has no pixels to predict.',
    fix: 'Draw masks for MAE without maskClassToken.',
  });
}

const masksOfImages =
  'Draw masks for the images, nn.randomTokenMask([batch, backbone.sequenceLengthOf(images)]), and use the same ' +
  'patch size in encoder and decoder.';

/** Adding a plain number turns int32 tensors of tfjs into float32. */
function requireIndex(what: string, index: tf.Tensor, batch: number, count: number): void {
  if (index.dtype !== 'int32' || index.rank !== 2 || index.shape[0] !== batch) {
    throw new FulgurError('module', {
      what: `${what} got indices of type ${index.dtype} and shape [${index.shape.join(', ')}] for ${batch} samples.`,
      why: 'It expects int32 indices [batch, places].',
      fix: "Add tf.scalar(1, 'int32') instead of 1 to indices, and pass one row of them per sample.",
    });
  }
  const tokens = drawn.get(index)?.tokens ?? count;
  if (tokens === count) return;
  throw new FulgurError('module', {
    what: `${what} got a mask that was drawn for ${tokens} tokens, but ${count} tokens.`,
    why: tokens < count ? 'It would never reach the last ones.' : 'It would reach beyond the last one.',
    fix: masksOfImages,
  });
}
