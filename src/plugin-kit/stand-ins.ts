import type { Services } from '../container';
import type { RunEventBus, RunFolder, RunSettings, RunState } from '../contracts';
import { FulgurError } from '../errors';
import { localBatchStatistics } from '../nn';
import { SingleDevice, soloRanks } from '../strategy';
import { imageLog, metricBands } from '../trainer';

interface StandInParts {
  readonly events: RunEventBus;
  readonly folder: RunFolder;
  readonly settings: RunSettings;
  readonly capture: () => Promise<RunState>;
}

/** Services of a run that has neither model nor data. */
export function standIns({ events, folder, settings, capture }: StandInParts): Services {
  return {
    events,
    settings,
    runFolder: folder,
    notify: (...message) => {
      events.emit('message', ...message);
    },
    images: imageLog(events),
    viewSheets: { draw: () => Promise.reject(notThere('viewSheets', 'draw()')) },
    metricBands: metricBands(),
    runState: { capture },
    ranks: soloRanks,
    strategy: new SingleDevice(),
    batchStatistics: localBatchStatistics,
    optimizers: { current: () => [] },
    learningRate: { override: () => undefined },
    model: {
      name: 'Understudy',
      stateDict: () => new Map(),
      loadStateDict: () => undefined,
      variables: () => new Map(),
      modules: () => [],
      embed: () => Promise.reject(notThere('model', 'embed()')),
      freeze: () => Promise.reject(notThere('model', 'freeze()')),
      evaluatedWeights: () => 'raw',
    },
    evaluationData: {
      name: 'rehearsal',
      classes: 0,
      open: () => Promise.reject(notThere('evaluationData', 'open()')),
    },
  };
}

function notThere(service: string, method: string): FulgurError {
  return new FulgurError('plugin', {
    what: `A rehearsal has no ${service}, but its ${method} was called.`,
    fix: `Pass one: rehearse([...], { services: { ${service}: ... } }).`,
  });
}
