import type { HookContext, PluginHooks, RunState } from '../../src/contracts';
import { start } from '../../src/engine';
import { EventBus } from '../../src/trainer';
import type { Trainer } from '../../src/trainer';
import { RunControl, taskRunner } from '../../src/trainer/run-control';
import { FakeRanks } from '../ranks/fake-ranks';
import { fit, messageOf, plugin } from './fakes/fit';
import { Points } from './fakes/points';
import { Regression } from './fakes/regression';

class Validated extends Regression {
  override validationStep(): void {}
}

beforeAll(() => start());

type Hook = 'onTrainEpochStart' | 'onTrainBatchEnd' | 'onTrainEpochEnd' | 'onTrainEnd';

interface Ended {
  readonly state: RunState | undefined;
  readonly ending: string | null;
}

/** A plugin that evaluates for long in a hook and logs what it found, with a user who may end the run meanwhile. */
function judging(
  hook: Hook,
  trainer: () => Trainer,
  ended: { current: Ended },
  interruptAt: number | null,
): PluginHooks {
  let looks = 0;
  const evaluate = async ({ task, log, progress }: HookContext): Promise<void> => {
    looks += 1;
    const found = await task('kNN evaluation', async (report) => {
      for (let done = 1; done <= 3; done++) {
        if (looks === interruptAt && done === 2) {
          ended.current = { ...ended.current, ending: trainer().ending };
          trainer().interrupt('Ctrl-C');
        }
        await report(done, 3);
      }
      return 10 * progress.globalStep;
    });
    if (hook === 'onTrainEpochEnd') log('knn_accuracy', found, { onEpoch: true });
  };
  return {
    [hook]: evaluate,
    onException: async () => {
      ended.current = { ...ended.current, state: await trainer().runState.capture() };
    },
  };
}

async function run(hook: Hook, interruptAt: number | null, resume?: RunState) {
  const ended = { current: { state: undefined, ending: null } as Ended };
  const saved: number[] = [];
  const fitted = await fit({
    options: { maxEpochs: 3 },
    plugins: (trainer) => [
      plugin('judge', judging(hook, trainer, ended, interruptAt)),
      plugin('saver', { onTrainEpochEnd: ({ progress }) => void saved.push(progress.epoch) }, 'monitor'),
    ],
    ...(resume !== undefined && { resume }),
  });
  return { ...fitted, ...ended.current, saved };
}

const rowsOfEpochs = (events: Awaited<ReturnType<typeof fit>>['events']) =>
  events.flatMap((event) => (event[0] === 'metricsLogged' && event[1].kind === 'epoch' ? [event[1]] : []));

describe('long work in a hook', () => {
  it.each([
    ['onTrainEpochStart', 2],
    ['onTrainBatchEnd', 6],
    ['onTrainEpochEnd', 2],
    ['onTrainEnd', 1],
  ] as const)(
    'is interrupted in %s when the user ends the run, and done again by a resumed one',
    async (hook, at) => {
      const whole = await run(hook, null);
      const first = await run(hook, at);
      expect(messageOf(first.error)).toBe('');
      expect(first.result?.status).toBe('interrupted');
      expect(first.ending).toBe('the kNN evaluation is cancelled and the run ends.');
      const second = await run(hook, null, first.state);
      expect(messageOf(second.error)).toBe('');
      expect(second.weights).toEqual(whole.weights);
      expect(second.result?.metrics).toEqual(whole.result?.metrics);
      // Each epoch ends once for the monitors, and leaves one row.
      expect([...first.saved, ...second.saved]).toEqual([0, 1, 2]);
      expect([...rowsOfEpochs(first.events), ...rowsOfEpochs(second.events)]).toEqual(
        rowsOfEpochs(whole.events),
      );
    },
  );

  it('is finished first if other ranks wait for it', async () => {
    const control = new RunControl(new FakeRanks(2));
    const task = taskRunner(control, new EventBus());
    const told: string[] = [];
    const result = await task('linear probe', async (report) => {
      told.push(control.ending);
      control.interrupt('Ctrl-C');
      await report(1, 2);
      return 'done';
    });
    expect([result, told, control.ending]).toEqual([
      'done',
      ['the run ends after the linear probe.'],
      'the run ends after the current batch.',
    ]);
  });

  it('lets signals through between its parts, and shows its progress', async () => {
    const events = new EventBus();
    const heard: string[] = [];
    events.on('taskStarted', ({ name }) => heard.push(`start ${name}`));
    events.on('taskProgress', ({ done, total }) => heard.push(`${done}/${total}`));
    events.on('taskEnded', ({ done }) => heard.push(`end ${done}`));
    const control = new RunControl();
    setTimeout(() => control.interrupt('SIGTERM'), 5);
    const busy = (milliseconds: number): void => {
      const until = performance.now() + milliseconds;
      while (performance.now() < until);
    };
    const work = taskRunner(control, events)('kNN evaluation', async (report) => {
      for (let done = 1; done <= 100; done++) {
        busy(30);
        await report(done, 100);
      }
    });
    await expect(work).rejects.toThrow('The run was interrupted: SIGTERM.');
    expect(heard[0]).toBe('start kNN evaluation');
    expect(heard.length).toBeLessThan(8);
    expect(heard.at(-1)).toMatch(/^end [1-5]$/);
  });

  it('reports what happens to a validation', async () => {
    const endings: string[] = [];
    await fit({
      module: new Validated(),
      validation: new Points({ batches: 1 }),
      options: { maxEpochs: 1 },
      plugins: (trainer) => [
        plugin('ear', {
          onValidationBatchEnd: () => void endings.push(trainer().ending),
          onTrainBatchEnd: () => void endings.push(trainer().ending),
        }),
      ],
    });
    expect(new Set(endings)).toEqual(
      new Set(['the validation is cancelled and the run ends.', 'the run ends after the current batch.']),
    );
  });
});
