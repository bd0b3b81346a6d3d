import { readFileSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import ts from 'typescript';
import { projectOptions } from './compile-texts';

const path = posix.join(resolve(__dirname).replaceAll('\\', '/'), 'option-docs-text.ts');
const text = `
import { checkpointing } from '../../plugins/checkpointing';
import { earlyStopping } from '../../plugins/early-stopping';
import { knnEval } from '../../plugins/knn-eval';
import { timer } from '../../plugins/timer';
import { weightAveraging } from '../../plugins/weight-averaging';
timer({ maxTime: '00:00:00:01', interval: 'step' });
knnEval({ atStart: true });
earlyStopping({ monitor: 'loss', patience: 3 });
checkpointing({ monitor: 'loss', saveTopK: 3 });
weightAveraging({ kind: 'ema', decay: 0.9 });
`;

const service = ts.createLanguageService({
  fileExists: (name) => name === path || ts.sys.fileExists(name),
  readFile: (name) => ts.sys.readFile(name),
  getScriptFileNames: () => [path],
  getScriptVersion: () => '1',
  getScriptSnapshot: (name) => {
    if (name === path) return ts.ScriptSnapshot.fromString(text);
    return ts.sys.fileExists(name) ? ts.ScriptSnapshot.fromString(readFileSync(name, 'utf8')) : undefined;
  },
  getCompilationSettings: projectOptions,
  getCurrentDirectory: () => ts.sys.getCurrentDirectory(),
  getDefaultLibFileName: ts.getDefaultLibFilePath,
});

it.each([
  ['interval', 'Check after every batch, or at the end of epochs.'],
  ['atStart', 'Also evaluate before the first step, with random weights, as `knn_accuracy_untrained`.'],
  ["monitor: 'loss', p", 'The logged metric to watch.'],
  [
    'patience',
    'Consecutive checks without improvement after which training ends. Each measurement is checked once.',
  ],
  ["monitor: 'loss', s", 'The logged metric that ranks checkpoints; with `null` none is best.'],
  ['saveTopK', 'Number of best checkpoints by `monitor` to keep.'],
  ['decay', 'Weight of the old average in the new one.'],
])('editors show the docstring of the schema at %s', (place, said) => {
  const { documentation } = service.getQuickInfoAtPosition(path, text.indexOf(place)) ?? {};
  expect(ts.displayPartsToString(documentation)).toBe(said);
});
