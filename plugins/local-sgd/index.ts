import { z } from 'zod';
import { Plugin, compile, definePlugin, inject, nn, tf, tokens } from '../../src';
import type {
  BatchResult,
  HookContext,
  ModelAccess,
  Notify,
  PluginDescriptor,
  PluginHooks,
  Ranks,
  Replicated,
  StepOutputs,
  Strategy,
} from '../../src';
import { startEqual } from '../shared/equal-models';

const schema = z.strictObject({
  /** Number of updates that each rank makes alone between two averages. */
  everyNSteps: z.int().positive().default(8),
});

/** Options of `localSgd()`. */
export type LocalSgdOptions = z.input<typeof schema>;

/** Ranks that train independently and average their parameters at intervals. */
@Plugin({
  name: 'local-sgd',
  help: 'ranks that train independently and average their parameters at intervals',
  order: 'strategy',
  provides: [tokens.strategy],
  options: schema,
})
export class LocalSgd implements Strategy, PluginHooks {
  readonly name = 'local-sgd';
  readonly ranksDiffer = true;
  private resumed = false;
  private readonly average = compile(() => this.assignMeans(), { name: 'average of parameters' });

  constructor(
    @inject(tokens.pluginOptions) private readonly options: z.output<typeof schema>,
    @inject(tokens.ranks) readonly ranks: Ranks,
    @inject(tokens.model) private readonly model: ModelAccess,
    @inject(tokens.notify) private readonly notify: Notify,
  ) {}

  onLoadCheckpoint(): void {
    this.resumed = true;
  }

  /** A resumed run restores each rank's own parameters. */
  async prepare(module: Replicated): Promise<void> {
    if (!this.resumed) await startEqual(this.ranks, module);
  }

  /** Nothing is exchanged in a step. */
  combineOutputs(outputs: StepOutputs<tf.Scalar>): StepOutputs<tf.Scalar> {
    return outputs;
  }

  agreeOnStep(): Promise<void> {
    return Promise.resolve();
  }

  /** Each rank evaluates its own parameters on its share of the data, and a checkpoint contains those of all ranks. */
  beforeEvaluation(): Promise<void> {
    return Promise.resolve();
  }

  onFitStart(): void {
    const { rank, worldSize } = this.ranks;
    if (rank > 0 || worldSize === 1) return;
    this.notify(
      'info',
      `${worldSize} ranks train independently, and average their parameters every ${this.options.everyNSteps} updates.`,
    );
  }

  async onTrainBatchEnd({ progress }: HookContext, { updated }: BatchResult): Promise<void> {
    if (updated && progress.globalStep % this.options.everyNSteps === 0) await this.meet();
  }

  async onTrainEnd(): Promise<void> {
    await this.meet();
  }

  teardown(): void {
    this.average.dispose();
  }

  private async meet(): Promise<void> {
    if (this.ranks.worldSize > 1) await this.average();
  }

  /** Traced, with one exchange for everything. */
  private assignMeans(): void {
    const variables = [...this.model.variables().values()].filter(
      (variable) => variable.dtype === 'float32' && nn.isAveraged(variable),
    );
    tf.tidy(() => {
      const flat = tf.concat(variables.map((variable) => tf.reshape(variable, [variable.size])));
      const sizes = variables.map(({ size }) => size);
      const means = tf.split(this.ranks.allReduce(flat, 'mean'), sizes);
      variables.forEach((variable, index) => {
        variable.assign(tf.reshape(means[index] ?? variable, variable.shape));
      });
    });
  }
}

/**
 * Trains on several devices or hosts that seldom communicate: each rank makes its own updates, and every `everyNSteps`
 * updates all ranks average their parameters and running statistics. Each rank keeps its own optimiser state.
 *
 * ```ts
 * plugins: [localSgd({ everyNSteps: 8 })]
 * ```
 *
 * Source: Stich, "Local SGD Converges Fast and Communicates Little" (2019).
 */
export function localSgd(options: LocalSgdOptions = {}): PluginDescriptor {
  return definePlugin(LocalSgd, options);
}
