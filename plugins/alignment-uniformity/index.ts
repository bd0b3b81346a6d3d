import { z } from 'zod';
import { FulgurError, Plugin, definePlugin, inject, nn, ranks, tf, tokens } from '../../src';
import type { PluginDescriptor, PluginHooks, StepContext } from '../../src';
import { nameOption } from '../shared/options';
import { watchedVectors } from '../shared/watched-vectors';

const schema = z.strictObject({
  /** Key of the representation in the module's `forward` output, `[batch, d]`. */
  watch: z.string().min(1),
  /** Distinguishes several instances in one run; all except one need a name. */
  name: nameOption,
  /** Power of the distance in the alignment. */
  alpha: z.number().positive().default(2),
  /** Sharpness of the Gaussian in the uniformity. */
  t: z.number().positive().default(2),
});

/** Options of `alignmentUniformity()`. */
export type AlignmentUniformityOptions<Watch extends string = string> = z.input<typeof schema> & {
  readonly watch: Watch;
};

/**
 * Returns how close two views of the same images are on the unit sphere: the mean of `‖x − y‖^alpha`. It is 0 for views
 * with the same features.
 *
 * Source: Wang and Isola, "Understanding contrastive representation learning through alignment and uniformity on the
 * hypersphere" (2020), equation 6.
 *
 * @param x `[batch, d]`; rows need not be of length 1.
 * @param y another view of the same images.
 */
export function alignment(x: tf.Tensor2D, y: tf.Tensor2D, alpha = 2): tf.Scalar {
  return tf.tidy(() => {
    const squares = tf.sum(tf.squaredDifference(unit(x), unit(y)), 1);
    return tf.mean<tf.Scalar>(alpha === 2 ? squares : tf.pow(squares, alpha / 2));
  });
}

/**
 * Returns how evenly vectors are spread over the unit sphere: the logarithm of the mean of `exp(−t ‖x − y‖²)` over all
 * pairs. It is 0 for equal directions, approaches −2t for directions spread evenly in many dimensions, and is NaN for a
 * single vector, which forms no pair.
 *
 * Source: as `alignment`, equation 7.
 *
 * @param x `[batch, d]`; rows need not be of length 1.
 */
export function uniformity(x: tf.Tensor2D, t = 2): tf.Scalar {
  return tf.tidy(() => {
    const rows = unit(x);
    const [count] = rows.shape;
    const squares = tf.relu(tf.sub(2, tf.mul(2, nn.exactMatMul<tf.Tensor2D>(rows, rows, false, true))));
    const others = tf.sub(1, tf.eye(count));
    const sum = tf.sum(tf.mul(others, tf.exp(tf.mul(squares, -t))));
    return tf.log<tf.Scalar>(tf.div(sum, count * (count - 1)));
  });
}

function unit(x: tf.Tensor2D): tf.Tensor2D {
  return tf.div(x, tf.maximum(tf.norm(x, 2, 1, true), 1e-12));
}

/** Measures inside the traced step. */
@Plugin({
  name: 'alignment-uniformity',
  help: 'logs the alignment and uniformity of views on the unit sphere with the loss',
  repeatable: true,
  options: schema,
})
export class AlignmentUniformity implements PluginHooks {
  /** Outputs of `forward` in the current trace, one per view. */
  private views: tf.Tensor2D[] = [];

  constructor(@inject(tokens.pluginOptions) private readonly options: z.output<typeof schema>) {}

  /** Called once per view; a step's values with the same name are recorded as their mean. */
  onAfterForward(output: unknown, { log }: StepContext): void {
    const { watch, t } = this.options;
    const view = nn.stopGradient(watchedVectors('alignmentUniformity()', watch, output));
    this.views.push(view);
    // Pairs are formed over the batches of all ranks.
    log(`${watch}_uniformity`, uniformity(ranks.allGather(view), t));
  }

  onBeforeBackward(_loss: tf.Scalar, { log }: StepContext): undefined {
    const { watch, alpha } = this.options;
    const views = this.views;
    this.views = [];
    if (new Set(views.map(({ shape }) => shape.join())).size !== 1 || views.length < 2) {
      throw notPaired(watch, views);
    }
    const pairs = views.flatMap((view, i) => views.slice(0, i).map((other) => alignment(other, view, alpha)));
    log(`${watch}_alignment`, nn.meanOf(pairs));
  }
}

function notPaired(watch: string, views: readonly tf.Tensor2D[]): FulgurError {
  const shapes = views.map(({ shape }) => `[${shape.join(', ')}]`);
  return new FulgurError('plugin', {
    what: `alignmentUniformity() compares '${watch}' of views of the same images, but forward() returned ${
      views.length === 0 ? 'none' : shapes.join(', ')
    } in a step.`,
    fix: 'Call this.forward(view) for two or more views, with the same samples in the same order.',
  });
}

/**
 * Measures, in every training step and without labels, how close the views of an image are to each other (alignment, 0
 * is best) and how evenly all views are spread over the unit sphere (uniformity, lower is better): Wang and Isola
 * (2020). Logs `<watch>_alignment`, the mean over pairs of views, and `<watch>_uniformity`, the mean over views; with
 * several ranks, uniformity takes its pairs from the whole batch. The measurement is traced into the step.
 *
 * ```ts
 * plugins: [alignmentUniformity({ watch: 'z' })]
 * ```
 */
export function alignmentUniformity<const Watch extends string>(
  options: AlignmentUniformityOptions<Watch>,
): PluginDescriptor<never, `${Watch}_alignment` | `${Watch}_uniformity`> {
  return definePlugin(AlignmentUniformity, options);
}
