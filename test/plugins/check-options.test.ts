import { checkpointing } from '../../plugins/checkpointing';
import { collapseSentinel } from '../../plugins/collapse-sentinel';
import { csvLogger } from '../../plugins/csv-logger';
import { knnEval } from '../../plugins/knn-eval';
import { progressBar } from '../../plugins/progress-bar';
import { tokens } from '../../src';
import { messageOf } from './fakes/run';

describe('the options of a plugin factory', () => {
  it('are filled in with their defaults', () => {
    expect(checkpointing().options).toEqual({
      everyNEpochs: 1,
      everyNSteps: null,
      saveOnTrainEnd: true,
      saveOnException: true,
      saveLast: true,
      keepLast: 2,
      monitor: null,
      mode: 'min',
      saveTopK: 1,
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
    });
    expect(progressBar().options).toEqual({ stream: process.stdout, plainEverySeconds: 10 });
  });

  it('are refused with all their problems in one error', async () => {
    const options = { everyNEpochs: 0, keepLast: -1, mode: 'best', filename: '../x', keep: 3 } as never;
    expect(await messageOf(() => checkpointing(options))).toBe(
      'checkpointing() cannot use its options: ' +
        'everyNEpochs is 0 (too small: expected number to be >0); ' +
        'keepLast is -1 (too small: expected number to be >0); ' +
        'mode is "best" (invalid option: expected one of "min"|"max"); ' +
        'filename is "../x" (expected a name without / or \\ that starts with no dot); ' +
        'filename is "../x" (expected {epoch} or {step} in it); ' +
        'there is no option keep. Correct them where the experiment lists its plugins.',
    );
    expect(await messageOf(() => collapseSentinel({} as never))).toBe(
      'collapseSentinel() cannot use its options: watch is missing (invalid input: expected string, received undefined). ' +
        'Correct it where the experiment lists its plugins.',
    );
    expect(await messageOf(() => csvLogger({ fileName: '../x.csv' }))).toBe(
      'csvLogger() cannot use its options: fileName is "../x.csv" (expected a file name without a folder). ' +
        'Correct it where the experiment lists its plugins.',
    );
    expect(await messageOf(() => progressBar({ stream: 'stderr' as never }))).toBe(
      'progressBar() cannot use its options: stream is "stderr" (expected a stream). ' +
        'Correct it where the experiment lists its plugins.',
    );
  });

  it('are refused where nothing would be kept', async () => {
    expect(await messageOf(() => checkpointing({ saveLast: false }))).toBe(
      'checkpointing() cannot use its options: saveLast: false without a monitor would keep nothing. ' +
        'Correct it where the experiment lists its plugins.',
    );
  });

  it('leave only checkpointing to read checkpoints', () => {
    expect(checkpointing().provides).toEqual([tokens.checkpointReader]);
    expect(csvLogger().provides).toEqual([]);
  });
});
