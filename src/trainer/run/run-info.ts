import type { BatchSource, RunInfo, RunSettings, Strategy } from '../../contracts';
import { engineInfo } from '../../engine';
import type { ResumeFrom } from '../state/resume-checks';

/** What the `runStarted` event says and the trainer cannot know. */
export interface RunPlace {
  readonly folder: string;
  readonly data: { readonly name: string; readonly batchSize: number; readonly samples?: number };
}

interface RunFacts {
  readonly settings: RunSettings;
  readonly data: Pick<BatchSource<unknown>, 'samples' | 'batchesPerEpoch'>;
  readonly place: RunPlace | null;
  readonly strategy: Strategy;
  readonly resumeFrom: ResumeFrom | null;
}

/** The facts that `runStarted` publishes. */
export function runInfo({ settings, data, place, resumeFrom, strategy }: RunFacts): RunInfo {
  const { experiment, seed, config } = settings;
  const { worldSize } = strategy.ranks;
  return {
    experiment,
    seed,
    config,
    folder: place?.folder ?? '',
    data: {
      name: place?.data.name ?? 'data',
      samples: place?.data.samples ?? data.samples * worldSize,
      batchSize: place?.data.batchSize ?? Math.floor(data.samples / data.batchesPerEpoch),
      ranks: worldSize,
    },
    device: engineInfo().deviceName,
    resumedFrom: resumeFrom?.path ?? null,
  };
}
