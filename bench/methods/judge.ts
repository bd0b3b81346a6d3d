import {
  Plugin,
  compile,
  definePlugin,
  embedSplit,
  evaluateByNeighbours,
  evaluateByProbe,
  inject,
  knnSchema,
  nn,
  probeSchema,
  tf,
  tokens,
  unitRows,
} from '../../src';
import type { EvaluationData, FeatureTable, HookContext, ModelAccess, PluginHooks } from '../../src';
import { spread } from '../../plugins/collapse-sentinel';
import type { CaseData, Judgement } from './case';
import { emojiCount } from './pictograms';
import { sameEmoji, withoutOwnEmoji } from './same-emoji';

/** The current case, set by the process that trains it. */
export const judging: {
  data: CaseData;
  /** Epochs after which a linear classifier is trained too; 0 means before training. */
  probedEpochs: readonly number[];
  /** Number of epochs after which training ends, while schedules are those of a longer run. */
  epochs: number;
  /** The module being trained. */
  module: nn.Module | null;
  readonly judgements: Judgement[];
  readonly losses: (number | null)[];
} = { data: 'digits', probedEpochs: [], epochs: 0, module: null, judgements: [], losses: [] };

const batchSize = 250;
const heldOutDigits = 2000;

/** Evaluates random weights and the weights after each epoch, in more detail after the last one. */
@Plugin({ name: 'judge' })
class Judge implements PluginHooks {
  private lossSum = 0;
  private batches = 0;

  constructor(
    @inject(tokens.model) private readonly model: ModelAccess,
    @inject(tokens.evaluationData) private readonly data: EvaluationData,
  ) {}

  async onTrainStart(): Promise<void> {
    await this.judge(0);
  }

  onTrainBatchEnd(_: HookContext, { loss }: { loss: number }): void {
    this.lossSum += loss;
    this.batches += 1;
  }

  async onTrainEpochEnd({ progress, stop }: HookContext): Promise<void> {
    const mean = this.lossSum / this.batches;
    judging.losses.push(Number.isFinite(mean) ? mean : null);
    this.lossSum = this.batches = 0;
    const epochs = progress.epoch + 1;
    await this.judge(epochs);
    if (epochs === judging.epochs) stop('the case is trained');
  }

  private async judge(epoch: number): Promise<void> {
    const begin = performance.now();
    const isProbed = judging.probedEpochs.includes(epoch);
    const kind = judging.data === 'digits' ? await this.judgeDigits(isProbed) : await this.judgeEmoji();
    const judgement = { epoch, ...kind, projectedSpread: await this.projectedSpread() };
    judging.judgements.push(judgement);
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    console.error(`${JSON.stringify(judgement)} (${seconds} s), loss ${judging.losses.at(-1) ?? '-'}`);
  }

  private async judgeDigits(withProbe: boolean): Promise<Omit<Judgement, 'epoch' | 'projectedSpread'>> {
    const model = remembering(this.model);
    const { accuracy } = await evaluateByNeighbours(model, this.data, knnSchema.parse({ batchSize }));
    model.again();
    const rule = probeSchema.parse({ embedBatchSize: batchSize });
    const probe = withProbe ? await evaluateByProbe(model, this.data, rule) : null;
    const linear = probe?.accuracy ?? null;
    return { knn: accuracy, linear, top1: null, top5: null, spread: spreadOf(model.newest(heldOutDigits)) };
  }

  /** Searches for twitter's drawings among google's. */
  private async judgeEmoji(): Promise<Omit<Judgement, 'epoch' | 'projectedSpread'>> {
    const options = { batchSize: emojiCount / 4, limit: null };
    const train = await embedSplit(this.model, this.data, 'train', options);
    const queries = unitRows(await embedSplit(this.model, this.data, 'test', options));
    const gallery = unitRows({
      features: train.features.slice(0, emojiCount * train.width),
      labels: train.labels.slice(0, emojiCount),
      width: train.width,
    });
    const shares = sameEmoji(gallery, queries, [1, 5]);
    const categories = withoutOwnEmoji(gallery, queries, {
      k: 20,
      temperature: 0.1,
      classes: this.data.classes,
    });
    const isFinite = queries.features.every(Number.isFinite);
    return {
      knn: isFinite ? categories : null,
      linear: null,
      top1: isFinite ? (shares[0] ?? null) : null,
      top5: isFinite ? (shares[1] ?? null) : null,
      spread: spreadOf(queries),
    };
  }

  /** Features of the first thousand held-out images. */
  private async projectedSpread(): Promise<number | null> {
    const { module } = judging;
    const [backbone, head] = ['backbone', 'projectionHead'].map(
      (name) => Reflect.get(module ?? {}, name) as unknown,
    );
    if (module === null || !isLayer(backbone) || !isLayer(head)) return null;
    const source = await this.data.open('test', { batchSize: 1000, limit: 1000 });
    const measure = compile(
      (images: tf.Tensor4D) => spread(head.forward(backbone.forward(images)) as tf.Tensor2D),
      { name: 'spread' },
    );
    module.eval();
    try {
      for await (const { images } of source.epoch(0)) {
        return finiteOrNull(await measure(images));
      }
      return null;
    } finally {
      module.train();
      measure.dispose();
      await source.close();
    }
  }
}

/** Embeds each batch of one order once; further requests in the same order get the same features. */
function remembering(model: ModelAccess): ModelAccess & {
  again(): void;
  /** The rows that were embedded last. */
  newest(rows: number): Pick<FeatureTable, 'features' | 'width'>;
} {
  const known: Awaited<ReturnType<ModelAccess['embed']>>[] = [];
  let next = 0;
  return {
    ...model,
    embed: async (batch) => {
      const features = known[next] ?? (await model.embed(batch));
      known[next] = features;
      next += 1;
      return features;
    },
    again: () => (next = 0),
    newest: (rows) => {
      const last = known.slice(-rows / batchSize);
      const features = Float32Array.from(last.flatMap((part) => [...part.features]));
      return { features, width: last[0]?.width ?? 0 };
    },
  };
}

interface Layer {
  forward(input: tf.Tensor): tf.Tensor;
}

function isLayer(value: unknown): value is nn.Module & Layer {
  return value instanceof nn.Module;
}

function spreadOf({ features, width }: Pick<FeatureTable, 'features' | 'width'>): number | null {
  const value = tf.tidy(
    () => spread(tf.tensor2d(features, [features.length / width, width])).dataSync()[0] ?? NaN,
  );
  return finiteOrNull(value);
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

export const judge = () => definePlugin(Judge);
