import { checkpointing } from '../../../plugins/checkpointing';
import { collapseSentinel } from '../../../plugins/collapse-sentinel';
import { csvLogger } from '../../../plugins/csv-logger';
import { knnEval } from '../../../plugins/knn-eval';
import { progressBar } from '../../../plugins/progress-bar';
import { tokens } from '../../../src';

describe('the options of a plugin factory', () => {
  it('are filled in with their defaults', () => {
    expect(checkpointing().options).toEqual({
      everyNEpochs: 1,
      everyNSteps: null,
      everyNSeconds: null,
      afterValidation: true,
      saveOnTrainEnd: true,
      saveOnException: true,
      saveLast: true,
      keepLast: 2,
      monitor: null,
      mode: 'min',
      saveTopK: 1,
      strict: true,
      filename: 'epoch={epoch}-step={step}',
    });
    expect(collapseSentinel({ watch: 'z' }).options).toEqual({ watch: 'z', warnBelow: 0.5, patience: 10 });
    expect(csvLogger().options).toEqual({ fileName: 'metrics.csv' });
    expect(knnEval({ everyNEpochs: 1 }).options).toEqual({
      everyNEpochs: 1,
      atStart: false,
      k: 200,
      temperature: 0.1,
      batchSize: 256,
      bankLimit: null,
      queryLimit: null,
    });
    expect(progressBar().options).toEqual({ stream: process.stdout, plainEverySeconds: 10 });
  });

  it('that are invalid are all collected for the run to report', () => {
    const options = { everyNEpochs: 0, keepLast: -1, mode: 'best', filename: '../x', keep: 3 } as never;
    expect(checkpointing(options).problems).toEqual([
      'checkpointing(): everyNEpochs is 0 (too small: expected number to be >0).',
      'checkpointing(): keepLast is -1 (too small: expected number to be >0).',
      'checkpointing(): mode is "best" (invalid option: expected one of "min"|"max").',
      'checkpointing(): filename is "../x" (expected a name without / or \\ that does not start with a dot).',
      'checkpointing(): unknown option keep.',
    ]);
    expect(collapseSentinel({} as never).problems).toEqual([
      'collapseSentinel(): watch is missing (invalid input: expected string, received undefined).',
    ]);
    expect(csvLogger({ fileName: '../x.csv' }).problems).toEqual([
      'csvLogger(): fileName is "../x.csv" (expected a file name without a folder).',
    ]);
    expect(progressBar({ stream: 'stderr' as never }).problems).toEqual([
      'progressBar(): stream is "stderr" (expected a stream).',
    ]);
    expect(knnEval({ everyNEpochs: 1 }).problems).toEqual([]);
  });

  it('are rejected if nothing would be kept', () => {
    expect(checkpointing({ saveLast: false }).problems).toEqual([
      'checkpointing(): saveLast: false without a monitor would keep nothing.',
    ]);
  });

  it('let only checkpointing read checkpoints', () => {
    expect(checkpointing().provides).toEqual([tokens.checkpointReader]);
    expect(csvLogger().provides).toEqual([]);
  });
});
