/** FastSiam on the digits for one update, whose time it records: run by `bench/startup.ts`. */
import { writeFileSync } from 'node:fs';
import { FastSiam } from '../../experiments/fastsiam';
import { csvLogger } from '../../plugins/csv-logger';
import { progressBar } from '../../plugins/progress-bar';
import { Experiment, Plugin, definePlugin, run, views } from '../../src';
import type { BatchResult, HookContext } from '../../src';

const [stamps = '', folder = ''] = process.argv.slice(2);

@Plugin({ name: 'stamp' })
class Stamp {
  onTrainBatchEnd(_: HookContext, { stepSeconds }: BatchResult): void {
    writeFileSync(stamps, JSON.stringify({ at: Date.now(), stepSeconds }));
  }
}

@Experiment({
  name: 'startup',
  trainer: { maxSteps: 1 },
  data: { name: 'digits', transform: views.fastSiam({ inputSize: 32 }) },
  plugins: [progressBar(), csvLogger(), definePlugin(Stamp)],
})
class Startup extends FastSiam {}

void run(Startup, { args: ['--trainer.defaultRootDir', folder] });
