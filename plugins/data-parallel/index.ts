import { z } from 'zod';
import { Plugin, definePlugin, inject, requireAgreement, tokens } from '../../src';
import type {
  BatchStatistics,
  Gradients,
  ModelAccess,
  Notify,
  PluginDescriptor,
  PluginHooks,
  Ranks,
  Replicated,
  StepOutputs,
  Strategy,
  tf,
} from '../../src';
import { becomeEqual, startEqual } from '../shared/equal-models';
import { averageGradients, shareOutputs } from './exchanges';

export { averageGradients } from './exchanges';

const schema = z.strictObject({
  /** Size of a bucket of gradients, in MiB; the default is PyTorch's. */
  bucketMiB: z.number().positive().default(25),
});

/** Options of `dataParallel()`. */
export type DataParallelOptions = z.input<typeof schema>;

/** The same model on every rank: each processes its share of the batch, and all make the same update. */
@Plugin({
  name: 'data-parallel',
  help: 'one model on several ranks that average their gradients',
  order: 'strategy',
  provides: [tokens.strategy],
  options: schema,
})
export class DataParallel implements Strategy, PluginHooks {
  readonly name = 'data-parallel';
  readonly ranksDiffer = false;
  /** The exchanges of the step that was traced last. */
  private exchanged: Record<string, string> = {};
  private resumed = false;
  private toldOfDrift = false;

  constructor(
    @inject(tokens.pluginOptions) private readonly options: z.output<typeof schema>,
    @inject(tokens.ranks) readonly ranks: Ranks,
    @inject(tokens.batchStatistics) private readonly statistics: BatchStatistics,
    @inject(tokens.model) private readonly model: ModelAccess,
    @inject(tokens.notify) private readonly notify: Notify,
  ) {}

  onLoadCheckpoint(): void {
    this.resumed = true;
  }

  /** A resumed run restores each rank's running statistics. */
  prepare(module: Replicated): Promise<void> {
    return startEqual(this.ranks, module, { resumed: this.resumed });
  }

  combineOutputs(outputs: StepOutputs<tf.Scalar>): StepOutputs<tf.Scalar> {
    for (const { name } of outputs.logged) this.exchanged[`log('${name}')`] = 'there';
    return shareOutputs(this.ranks, outputs);
  }

  /** Exchanges have no names: ranks that exchange different values would mix them up without noticing. */
  async agreeOnStep(inLoss: Readonly<Record<string, string>>): Promise<void> {
    await requireAgreement(this.ranks, 'step', inLoss, {
      fix: 'Pass batches of the same shape, in the same order, to losses and queues on all ranks.',
    });
    await requireAgreement(this.ranks, 'step', this.exchanged, {
      fix: 'Use the same parameters and log the same values on all ranks: nothing in the step may depend on the rank.',
    });
  }

  /** Each rank has its own running statistics in training; evaluation uses those of rank 0. */
  async beforeEvaluation(module: Replicated): Promise<void> {
    const [drifted] = await becomeEqual(this.ranks, module);
    if (drifted === undefined || this.toldOfDrift) return;
    this.toldOfDrift = true;
    this.notify(
      'warning',
      `The ranks' parameters have drifted apart, '${drifted}' first: all ranks now use those of rank 0. ` +
        'Either a hook changes them on some ranks only, or the hosts compute different results.',
    );
  }

  /** Traced only into the step that completes an update. */
  onBeforeOptimizerStep(gradients: Gradients): Gradients {
    this.exchanged = Object.fromEntries(
      [...gradients].map(([name, { shape }]) => [`gradient of ${name}`, `[${shape.join(', ')}]`]),
    );
    return averageGradients(this.ranks, gradients, this.options.bucketMiB * 2 ** 20);
  }

  onFitStart(): void {
    const { rank, worldSize } = this.ranks;
    if (rank > 0 || worldSize === 1) return;
    this.notify('info', `${worldSize} ranks train together; each update uses one batch per rank.`);
    const normalises = this.model.modules().some(({ type }) => type.startsWith('BatchNorm'));
    if (normalises && !this.statistics.overRanks) {
      this.notify(
        'warning',
        `Batch norm sees only its own rank's batch, 1/${worldSize} of an update: add syncBatchNorm() to the plugins to make it see all.`,
      );
    }
  }
}

/**
 * Trains one model on several devices or hosts (`--devices 2`, torchrun, Slurm, TF_CONFIG), as PyTorch's
 * `DistributedDataParallel` does: each rank computes the gradients of its own share of a batch, and the update uses
 * their mean over ranks. `data.batchSize` is the batch size per rank. On one device it does nothing.
 *
 * ```ts
 * plugins: [dataParallel(), syncBatchNorm()]
 * ```
 *
 * Source: Li et al., "PyTorch Distributed: Experiences on Accelerating Data Parallel Training" (2020).
 */
export function dataParallel(options: DataParallelOptions = {}): PluginDescriptor {
  return definePlugin(DataParallel, options);
}
