/**
 * Runs shipped experiments, one after the other, on the images of a folder: those that are named, or all.
 *
 *   ts-node test/run/every-experiment.ts FOLDER NAMES|all [words of every run]
 */
import { shippedExperiments } from '../../src/run/shipped-experiments';
import { hyperParameters } from '../../src/metadata';
import { run } from '../../src/run';

/** What makes an experiment small, where it has such a hyperparameter. */
const small: Readonly<Record<string, string>> = {
  width: '24',
  depth: '2',
  hiddenFeatures: '16',
  outFeatures: '16',
  queueSize: '24',
  decoderWidth: '16',
  decoderHeads: '2',
};

async function main([path = '', wanted = 'all', ...words]: readonly string[]): Promise<void> {
  for (const { name, type } of shippedExperiments()) {
    if (wanted !== 'all' && !wanted.split(',').includes(name)) continue;
    const names = hyperParameters(type).map((parameter) => parameter.name);
    const own = Object.entries(small).flatMap(([option, value]) =>
      names.includes(option) ? [`--${option}`, value] : [],
    );
    const data = ['--data.name', 'folder', '--data.path', path, '--data.testFraction', '0.25'];
    const limits = ['--trainer.maxEpochs', '1', '--data.batchSize', '8', '--data.workers', '1'];
    await run(type, { args: [...data, ...limits, ...own, ...words] });
    console.log(`${name} ended with ${process.exitCode ?? 0}`);
  }
}

void main(process.argv.slice(2));
