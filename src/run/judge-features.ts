import type { FeatureEvaluation, KnnOptions, ModelAccess, ProbeOptions, TaskReport } from '../contracts';
import { FulgurError } from '../errors';
import { evaluateByNeighbours, evaluateByProbe } from '../evaluation';
import { modelAccess } from '../trainer';
import type { EvaluationResult } from '../trainer';
import type { CommandParts } from './command-parts';
import { evaluationStem, sayMetrics, sayWeights, writeEvaluation } from './write-evaluation';
import type { Findings } from './write-evaluation';

type Judge = (model: ModelAccess, parts: CommandParts, report: TaskReport) => Promise<Findings>;

const judges: Readonly<Record<FeatureEvaluation, Judge>> = { probe: byProbe, knn: byNeighbours };
const names: Readonly<Record<FeatureEvaluation, string>> = { probe: 'linear probe', knn: 'kNN evaluation' };

/**
 * Judges the features of a checkpoint, or of random weights, on plain held-out images, says what came out, and writes
 * it to `<run>/evaluations/<checkpoint>.<command>.json` with everything that it depends on. A trial (`fastDevRun`)
 * looks at as many batches of images only, and writes nothing.
 *
 * @throws FulgurError `module` where the features, or the classifier trained on them, are not finite.
 */
export async function judgeFeatures(
  command: FeatureEvaluation,
  parts: CommandParts,
): Promise<EvaluationResult> {
  const { config, trainer, module, from, notify } = parts;
  const model = modelAccess(module);
  try {
    const of = from && { ...from, weights: config.weights };
    const { weights, ...findings } = await trainer.inspect(module, of, async (kind, task) => ({
      ...(await task(names[command], (report) => judges[command](model, parts, report))),
      weights: kind,
    }));
    sayWeights(parts, weights);
    sayMetrics(parts, findings.metrics);
    if (config.trainer.fastDevRun === false) {
      await writeEvaluation(command, parts, { ...findings, weights });
      notify('info', `Written to ${evaluationStem(command, parts)}.json.`);
    }
    return { status: 'finished', metrics: findings.metrics, batches: 0, weights, predictions: new Map() };
  } finally {
    model.dispose();
  }
}

async function byProbe(
  model: ModelAccess,
  { data, config, notify }: CommandParts,
  report: TaskReport,
): Promise<Findings> {
  const options: ProbeOptions = { ...config.probe, ...trialLimits(config, ['trainLimit', 'testLimit']) };
  const { accuracy, accuracyTop5, diverged, trainLoss, ...settings } = await evaluateByProbe(
    model,
    data.evaluation,
    options,
    report,
  );
  if (accuracy === null) throw diverged === 'features' ? wildFeatures(config.name) : wildClassifier(options);
  const { classes, data: name, trainSamples, testSamples, featureWidth, ...probe } = settings;
  notify('info', `Linear probe on ${name}: ${testSamples} images after ${trainSamples}.`);
  return {
    metrics: {
      linear_accuracy: accuracy,
      ...(accuracyTop5 !== null && { linear_accuracy_top5: accuracyTop5 }),
    },
    data: { samples: testSamples, trainSamples, classes, featureWidth },
    details: { probe: { ...probe, trainLoss } },
  };
}

async function byNeighbours(
  model: ModelAccess,
  { data, config, notify }: CommandParts,
  report: TaskReport,
): Promise<Findings> {
  const options: KnnOptions = { ...config.knn, ...trialLimits(config, ['bankLimit', 'queryLimit']) };
  const result = await evaluateByNeighbours(model, data.evaluation, options, report);
  const { accuracy, k, temperature, classes, bankSamples, querySamples, featureWidth } = result;
  if (accuracy === null) throw wildFeatures(config.name);
  notify('info', `Nearest neighbours on ${result.data}: ${querySamples} images against ${bankSamples}.`);
  return {
    metrics: { knn_accuracy: accuracy },
    data: { samples: querySamples, bankSamples, classes, featureWidth },
    details: { knn: { k, temperature } },
  };
}

/** A trial sees whether everything runs: a few images tell it. */
function trialLimits(
  { trainer: { fastDevRun }, data: { batchSize } }: CommandParts['config'],
  names: readonly string[],
): Readonly<Record<string, number>> {
  if (fastDevRun === false) return {};
  const limit = batchSize * Number(fastDevRun);
  return Object.fromEntries(names.map((name) => [name, limit]));
}

function wildFeatures(experiment: string): FulgurError {
  return new FulgurError('module', {
    what: `The backbone of '${experiment}' gives features that are not finite.`,
    why: 'Training has diverged.',
    fix: 'Evaluate an earlier checkpoint, or train with a smaller learning rate.',
  });
}

function wildClassifier({ learningRate, standardize }: ProbeOptions): FulgurError {
  return new FulgurError('module', {
    what: `The linear classifier diverged at learning rate ${learningRate}.`,
    ...(standardize ? {} : { why: 'Features that are not standardised may be of any scale.' }),
    fix: 'Give a smaller one with --probe.learningRate.',
  });
}
