/** Runs every shipped experiment for two steps, one after the other, on the images of a folder. */
import { shippedExperiments } from '../../src/cli/experiments';
import { hyperParameters } from '../../src/metadata';
import { run } from '../../src/run';

/** What makes an experiment small, where it has such a hyperparameter. */
const small: Readonly<Record<string, string>> = {
  width: '8',
  hiddenFeatures: '16',
  outFeatures: '16',
  queueSize: '24',
};

async function main([path = '', ...words]: readonly string[]): Promise<void> {
  for (const { name, type } of shippedExperiments()) {
    const names = hyperParameters(type).map((parameter) => parameter.name);
    const own = Object.entries(small).flatMap(([option, value]) =>
      names.includes(option) ? [`--${option}`, value] : [],
    );
    const data = ['--data.name', 'folder', '--data.path', path, '--data.testFraction', '0.25'];
    const limits = ['--trainer.maxEpochs', '1', '--trainer.maxSteps', '2', '--data.batchSize', '8'];
    await run(type, { args: [...data, ...limits, '--data.workers', '1', ...own, ...words] });
    console.log(`${name} ended with ${process.exitCode ?? 0}`);
  }
}

void main(process.argv.slice(2));
