import type * as tf from '@tensorflow/tfjs-core';
import type { FitPlan, Hooks, LogOptions, Optimizer } from '../contracts';
import { stepInput } from '../engine';
import { FulgurError } from '../errors';
import { Module, stepPosition } from '../nn';
import { scheduledValue } from '../optim';
import type { Schedule } from '../optim';

/** Takes what a module logs during a run. */
export interface ModuleLog {
  logFromModule(name: string, value: tf.Scalar | number, options?: LogOptions): void;
}

// Held from outside: whatever stands in a module's fields is searched for parameters.
const logs = new WeakMap<object, ModuleLog>();

/** Connects a module's `log` to a run. Returns the disposer. */
export function connectModuleLog(module: object, log: ModuleLog): () => void {
  logs.set(module, log);
  return () => logs.delete(module);
}

/** Any hook, which runs after those of the plugins. */
// It stands once, in `Hooks`; a method of a subclass overrides it.
// eslint-disable-next-line @typescript-eslint/no-unused-vars
export interface TrainingModule<B, Metrics extends string = string> extends Hooks<B> {}

/**
 * A module that knows how it is trained: the base of every experiment. It may have any hook itself; it runs after those
 * of the plugins. Write `override` before a hook, and the compiler finds a misspelt one.
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
// The names of metrics stand once in here; `@Experiment` holds the monitors of plugins to them.
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging
export abstract class TrainingModule<B, Metrics extends string = string> extends Module {
  /**
   * The loss of a batch, a scalar. It is traced into the compiled step: it runs once per shape of batch, with symbols,
   * and may compute with tfjs operations only. Tensors that it makes are freed by the engine.
   */
  abstract trainingStep(batch: B): tf.Scalar;

  /** The optimiser of this run, or several that share the loss; called once, after a checkpoint's weights are back in place. */
  abstract configureOptimizers(plan: FitPlan): Optimizer | readonly Optimizer[];

  /**
   * Records a metric, as Lightning's `self.log` does: in `trainingStep` and step hooks a scalar tensor, which becomes an
   * output of the compiled step; in host hooks a number. A name that one step logs several times gives one value,
   * reduced as `options.reduce` says. Without a trainer, as in a hand-written loop, it does nothing.
   *
   * @throws FulgurError `trainer` where logging means nothing, or when one name is logged in two ways.
   */
  log(name: Metrics, value: tf.Scalar | number, options?: LogOptions): void {
    logs.get(this)?.logFromModule(name, value, options);
  }

  /**
   * A number that changes as training goes on, for `trainingStep`: a teacher's momentum, a temperature. All batches of an
   * update see one value. In a `validationStep` it has the value of the update before; a schedule that spans
   * the whole run ends where `trainer.maxEpochs` or `trainer.maxSteps` ends it.
   *
   * @example
   * this.teacher.follow(this.scheduled(schedules.cosine({ from: 0.996, to: 1 })));
   * @returns an input of the compiled step, which costs no more than its upload.
   * @throws FulgurError `trainer` outside of a fit's steps.
   */
  scheduled(schedule: Schedule): tf.Scalar {
    const position = stepPosition();
    if (position === null) throw notInFit(this.constructor.name);
    return stepInput(() => scheduledValue(schedule, position.step, position.run));
  }

  /**
   * Looks at a batch of held-out data: logs metrics, which are reduced over the whole validation. Traced as
   * `trainingStep`, in evaluation mode and without gradients. A module that has one is validated while it is fitted.
   */
  validationStep?(batch: B): void;
  /** As `validationStep`, for `Trainer.test`. */
  testStep?(batch: B): void;
  /** What `Trainer.predict` gives for a batch, tensors of `[batch, ...]` by name; traced, in evaluation mode. */
  predictStep?(batch: B): Readonly<Record<string, tf.Tensor>>;
}

function notInFit(module: string): FulgurError {
  return new FulgurError('trainer', {
    what: `scheduled() of ${module} was called outside of the training and validation steps of a fit.`,
    why: 'A scheduled value belongs to an update of a run, and there is none.',
    fix:
      'Call it in trainingStep or validationStep; compute with a fixed number in testStep and predictStep; ' +
      'in a loop of your own, say where training stands: nn.withStepPosition({ step, batchOfUpdate, run }, () => ...).',
  });
}
