import { DigitsFastSiam } from '../../../experiments/fastsiam-digits';
import { Experiment, defineCommand, z } from '../../../src';
import type { ExperimentClass } from '../../../src/metadata';

/** The command of docs/commands.md. */
const visualise = defineCommand({
  name: 'visualise',
  help: 'write the features of some images',
  options: { count: z.int().positive().default(9) },
  run: () => Promise.reject(new Error('not run')),
});

@Experiment({ name: 'stand-in', data: { name: 'digits' }, commands: [visualise] })
class StandIn extends DigitsFastSiam {}

/** Stands for a reader's own experiment, such as `my-experiment.ts`: it has every built-in command and option. */
export const standIn: ExperimentClass = StandIn;
