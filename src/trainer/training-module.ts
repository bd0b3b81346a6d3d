import type * as tf from '@tensorflow/tfjs-core';
import type { FitPlan, Hooks, LogOptions, Optimizer } from '../contracts';
import { stepInput } from '../engine';
import { FulgurError } from '../errors';
import { Module, stepPosition } from '../nn';
import { scheduledValue } from '../optim';
import type { Schedule } from '../optim';

/** Receives what a module logs during a run. */
export interface ModuleLog {
  logFromModule(name: string, value: tf.Scalar | number, options?: LogOptions): void;
}

// Kept outside the module: everything in a module's fields is searched for parameters.
const logs = new WeakMap<object, ModuleLog>();

/** Connects a module's `log` to a run, and returns the disposer. */
export function connectModuleLog(module: object, log: ModuleLog): () => void {
  logs.set(module, log);
  return () => logs.delete(module);
}

/** Any hook; the module's hooks run after those of the plugins. */
// It is declared once, in `Hooks`; a method of a subclass overrides it.
// eslint-disable-next-line @typescript-eslint/no-unused-vars
export interface TrainingModule<B, Metrics extends string = string> extends Hooks<B> {}

/**
 * A module that defines its own training: the base class of every experiment. It may define any hook, which runs after
 * those of the plugins. Write `override` before a hook, so that the compiler reports a misspelt one.
 *
 * @example
 * class Classifier extends TrainingModule<LabelledBatch> {
 *   readonly layer = new nn.Linear(64, 10);
 *   forward(x: tf.Tensor2D) {
 *     return this.layer.forward(x);
 *   }
 *   override trainingStep({ images, labels }: LabelledBatch): tf.Scalar {
 *     const loss = tf.losses.softmaxCrossEntropy(labels, this.forward(images));
 *     this.log('train_loss', loss, { progBar: true });
 *     return loss;
 *   }
 *   override configureOptimizers() {
 *     return optim.sgd(this.parameters(), { learningRate: 0.1 });
 *   }
 * }
 */
// The names of metrics are declared once, here; `@Experiment` checks the monitors of plugins against them.
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging
export abstract class TrainingModule<B, Metrics extends string = string> extends Module {
  /**
   * Returns the loss of a batch, a scalar. It is traced into the compiled step: it runs once for each shape of batch,
   * with symbolic tensors, and may compute only with tfjs operations. The engine frees the tensors that it makes.
   */
  abstract trainingStep(batch: B): tf.Scalar;

  /**
   * Returns the optimiser of this run, or several that share the loss; called once, after a checkpoint's weights are
   * restored.
   */
  abstract configureOptimizers(plan: FitPlan): Optimizer | readonly Optimizer[];

  /**
   * Records a metric, as Lightning's `self.log` does: in `trainingStep` and step hooks a scalar tensor, which becomes
   * an output of the compiled step; in host hooks a number. A name that one step logs several times yields one value,
   * reduced according to `options.reduce`. Without a trainer, as in a hand-written loop, it does nothing.
   *
   * @throws FulgurError `trainer` where logging has no meaning, or if one name is logged in two ways.
   */
  log(name: Metrics, value: tf.Scalar | number, options?: LogOptions): void {
    logs.get(this)?.logFromModule(name, value, options);
  }

  /**
   * Returns a number that changes during training, for `trainingStep`: a teacher's momentum or a temperature. All
   * batches of an update see the same value. In a `validationStep` it has the value of the previous update. A schedule
   * over the whole run ends at `trainer.maxEpochs` or `trainer.maxSteps`.
   *
   * @example
   * this.teacher.follow(this.scheduled(schedules.cosine({ from: 0.996, to: 1 })));
   * @returns an input of the compiled step; its only cost is the upload.
   * @throws FulgurError `trainer` outside the steps of a fit.
   */
  scheduled(schedule: Schedule): tf.Scalar {
    const position = stepPosition();
    if (position === null) throw notInFit(this.constructor.name);
    return stepInput(() => scheduledValue(schedule, position.step, position.run));
  }

  /**
   * Evaluates a batch of held-out data: logs metrics, which are reduced over the whole validation. Traced like
   * `trainingStep`, in evaluation mode and without gradients. A module that has this method is validated during a fit.
   */
  validationStep?(batch: B): void;
  /** Does the same as `validationStep`, for `Trainer.test`. */
  testStep?(batch: B): void;
  /**
   * Returns the predictions of `Trainer.predict` for a batch, tensors of `[batch, ...]` by name; traced, in evaluation
   * mode.
   */
  predictStep?(batch: B): Readonly<Record<string, tf.Tensor>>;
}

function notInFit(module: string): FulgurError {
  return new FulgurError('trainer', {
    what: `scheduled() of ${module} was called outside the training and validation steps of a fit.`,
    why: 'A scheduled value belongs to an update of a run, and there is none.',
    fix:
      'Call it in trainingStep or validationStep; use a fixed number in testStep and predictStep; ' +
      'in your own loop, provide the training position: nn.withStepPosition({ step, batchOfUpdate, run }, () => ...).',
  });
}
