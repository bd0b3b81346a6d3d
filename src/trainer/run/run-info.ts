import type { BatchSource, RunInfo, RunSettings } from '../../contracts';
import { engineInfo } from '../../engine';
import type { ResumeFrom } from '../state/resume-checks';

/** What the `runStarted` event says and the trainer cannot know. */
export interface RunPlace {
  readonly folder: string;
  readonly data: { readonly name: string; readonly batchSize: number };
}

interface RunFacts {
  readonly settings: RunSettings;
  readonly data: Pick<BatchSource<unknown>, 'samples' | 'batchesPerEpoch'>;
  readonly place: RunPlace | null;
  readonly resumeFrom: ResumeFrom | null;
}

/** The facts that `runStarted` publishes. */
export function runInfo({ settings, data, place, resumeFrom }: RunFacts): RunInfo {
  const { experiment, seed, config } = settings;
  return {
    experiment,
    seed,
    config,
    folder: place?.folder ?? '',
    data: {
      name: place?.data.name ?? 'data',
      samples: data.samples,
      batchSize: place?.data.batchSize ?? Math.floor(data.samples / data.batchesPerEpoch),
    },
    device: engineInfo().deviceName,
    resumedFrom: resumeFrom?.path ?? null,
  };
}
