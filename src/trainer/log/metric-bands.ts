import type { MetricBand, MetricBands } from '../../contracts';

/** The bands that the run's plugins have declared; empty at first. */
export function metricBands(): MetricBands {
  const bands = new Map<string, MetricBand>();
  return {
    declare: (band) => {
      bands.set(band.metric, band);
    },
    all: () => [...bands.values()],
  };
}
