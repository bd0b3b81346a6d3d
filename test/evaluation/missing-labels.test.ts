import { KnnEval, knnEval } from '../../plugins/knn-eval';
import { LinearProbe, linearProbe } from '../../plugins/linear-probe';
import { defineDataset, liveCounts, start, views, z } from '../../src';
import type { EvaluationData, datasets } from '../../src';
import { DatasetEvaluation } from '../../src/data/evaluation-data';
import { openWithSplits } from '../../src/data/datasets';
import { evaluateByNeighbours, evaluateByProbe, knnSchema, probeSchema } from '../../src/evaluation';
import { Notes, TemporaryRunFolder, hookContext, messageOf } from '../plugins/fakes/run';
import { identity } from './fakes/feature-data';

/** Images of one colour for each class; of `every` images one has no label. */
const colours = defineDataset({
  export: 'colours',
  options: z.strictObject({ every: z.int() }),
  open: ({ every }) => ({
    length: 60,
    classNames: ['dark', 'light'],
    label: (index) => (index % every === 0 ? null : index % 2),
    read: (index) => ({ width: 1, height: 1, data: new Uint8Array(3).fill(200 * (index % 2) + (index % 5)) }),
  }),
});

/** The same with a test split, none of whose images has a label. */
const secret = defineDataset({
  ...{ export: 'secret', hasTestSplit: true },
  open: (_, { split }) => ({
    length: 12,
    classNames: ['dark', 'light'],
    label: (index) => (split === 'test' ? null : index % 2),
    read: () => ({ width: 1, height: 1, data: new Uint8Array(3) }),
  }),
});

let notes: Notes;
let folder: TemporaryRunFolder;
beforeAll(() => start());
beforeEach(() => {
  notes = new Notes();
  folder = new TemporaryRunFolder();
});
afterEach(() => folder.remove());

async function evaluationOf(
  source: Parameters<typeof datasets.open>[0],
  testFraction: number | null,
): Promise<EvaluationData> {
  const { dataset, openSplit } = await openWithSplits(source, { testFraction });
  return new DatasetEvaluation({
    ...{ open: openSplit, train: dataset, transform: views.plain({ inputSize: 1 }) },
    ...{ workers: 0, onBrokenImage: 'error', onMessage: notes.notify },
  });
}

const noLabels =
  'No sample of the data set colours (train) has a label, but features are evaluated by the classes of images. ' +
  'Add labels, or use an evaluation that needs none, such as the plugin collapseSentinel().';
const noTest = 'The data set colours has no test split. Hold out a part of it: --data.testFraction 0.1.';
const noTestLabels =
  'No sample of the data set secret (test) has a label, but features are evaluated by the classes of images. ' +
  'Add labels, or use an evaluation that needs none, such as the plugin collapseSentinel().';

describe('features of images of which some have no label', () => {
  it('are judged by the others alone, which is reported once for each split', async () => {
    const data = await evaluationOf(colours({ every: 3 }), 0.3);
    const before = liveCounts();
    const knn = await evaluateByNeighbours(identity, data, knnSchema.parse({ k: 5 }));
    const probe = await evaluateByProbe(identity, data, probeSchema.parse({ batchSize: 8 }));
    expect(liveCounts()).toEqual(before);
    // Without the images that have no label, all of one class are alike.
    expect([knn.accuracy, probe.accuracy]).toEqual([1, 1]);
    expect(knn.bankSamples + knn.querySamples).toBe(40);
    expect([probe.trainSamples, probe.testSamples]).toEqual([knn.bankSamples, knn.querySamples]);
    const labelled = notes.said.map((line) => Number(/, (\d+) have a label/.exec(line)?.[1]));
    expect(labelled).toEqual([knn.bankSamples, knn.querySamples]);
    expect(notes.said).toHaveLength(2);
    expect(notes.said[0]).toMatch(
      /^info: Of the \d+ samples of colours \(train\), \d+ have a label; the evaluation uses these\.$/,
    );
  });

  it.each([
    ['no labels', colours({ every: 1 }), 0.3, noLabels],
    ['no test split', colours({ every: 3 }), null, noTest],
    ['no labels in the test split', secret(), null, noTestLabels],
  ])('are not judged if there are %s', async (_, source, testFraction, problem) => {
    const data = await evaluationOf(source, testFraction);
    const before = liveCounts();
    const judged = [
      () => evaluateByNeighbours(identity, data, knnSchema.parse({})),
      () => evaluateByProbe(identity, data, probeSchema.parse({})),
    ];
    for (const judge of judged) expect(await messageOf(judge)).toBe(problem);
    notes.said.splice(0);
    const knn = new KnnEval(
      knnEval({ atStart: true }).options as never,
      identity,
      data,
      folder,
      notes.notify,
    );
    const options = linearProbe({ everyNEpochs: 1 }).options as never;
    const probe = new LinearProbe(options, identity, data, folder, notes.notify);
    const context = hookContext({ epoch: 0, globalStep: 0 });
    await knn.onFitStart();
    await probe.onFitStart();
    expect(notes.said).toEqual([
      `warning: knnEval() measures nothing in this run. ${problem}`,
      `warning: linearProbe() measures nothing in this run. ${problem}`,
    ]);
    await knn.onTrainEpochStart(context);
    await knn.onTrainEpochEnd(context);
    await probe.onTrainEpochEnd(context);
    await probe.onTrainEnd(context);
    expect([context.logged, notes.said.length]).toEqual([[], 2]);
    expect(liveCounts()).toEqual(before);
  });

  it('are not judged if a source returns a label that is not a class', async () => {
    const data = await evaluationOf(colours({ every: 3 }), 0.3);
    const unfiltered: EvaluationData = {
      ...{ name: data.name, classes: data.classes },
      open: (split, { batchSize }) => data.open(split, { batchSize }),
    };
    expect(await messageOf(() => evaluateByNeighbours(identity, unfiltered, knnSchema.parse({})))).toBe(
      'An image in the train split of colours has the label -1, but there are 2 classes. ' +
        'Features are assessed by the classes of images. ' +
        'Let open() of the evaluation data leave out images without a class when it is asked for labelled ones.',
    );
  });
});
