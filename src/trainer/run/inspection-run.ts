import type { FitProgress, RunEventBus, RunTask, Strategy, WeightKind } from '../../contracts';
import type { WeightSwitch } from '../evaluation/weight-switch';
import { inHookOrder, refuseMisspeltHooks } from '../hooks/participants';
import type { BuiltPlugin } from '../hooks/participants';
import { HostHookRunner } from '../hooks/host-hook-runner';
import { LogRouter } from '../log/log-router';
import { MetricStore } from '../log/metric-store';
import type { RunControl } from '../loop/run-control';
import type { Evaluated, ResumeFrom } from '../state/resume-checks';
import { restoreModel } from '../state/run-state-keeper';
import type { TrainingModule } from '../training-module';
import { interrupted } from './fit-result';
import { runToEnd } from './run-to-end';
import { taskRunner } from './tasks';

export interface InspectionParts<B> {
  readonly module: TrainingModule<B>;
  /** `null` looks at the weights that the module has. */
  readonly from: Evaluated | null;
  readonly weights: WeightSwitch;
  readonly plugins: readonly BuiltPlugin[];
  readonly events: RunEventBus;
  readonly strategy: Strategy;
  readonly control: RunControl;
}

/** Looks at a module with a checkpoint's weights: setup, weights, whatever `look` does, teardown. */
export async function runInspection<B, T>(
  parts: InspectionParts<B>,
  look: (weights: WeightKind, task: RunTask) => Promise<T>,
): Promise<T> {
  const { module, from, plugins, events, control, strategy, weights } = parts;
  const participants = inHookOrder(plugins, { name: module.constructor.name, hooks: module });
  refuseMisspeltHooks(participants);
  const progress = progressAt(from);
  const view = {
    stage: () => 'inspect' as const,
    progress: () => progress,
    isDue: () => false,
    stop: () => undefined,
    task: taskRunner(control, events),
  };
  const hooks = new HostHookRunner(participants, view, new LogRouter(new MetricStore()), events);
  const found: T[] = [];
  const work = async (): Promise<void> => {
    await hooks.call('setup', []);
    if (from !== null) {
      await restoreModel(from, { module, plugins, hooks }, (level, text) =>
        events.emit('message', level, text),
      );
    }
    weights.choose(from?.weights ?? null, `checkpoint ${from?.path ?? ''}`);
    await strategy.prepare(module);
    found.push(await weights.during(() => look(weights.kind, view.task)));
  };
  await runToEnd({ work, hooks, control, events, releases: [] });
  if (found.length === 0) throw interrupted(control.interruptReason ?? 'the end was asked for');
  const [result] = found;
  return result as T;
}

/** Where training stood at a checkpoint. */
export function progressAt(from: ResumeFrom | null): FitProgress {
  const { epoch = 0, nextBatch = 0, globalStep = 0 } = from?.state.progress ?? {};
  return { epoch, batchIndex: nextBatch, globalStep, batchesPerEpoch: 0, maxEpochs: null, maxSteps: null };
}
