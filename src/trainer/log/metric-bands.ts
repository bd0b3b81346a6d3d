import type { MetricBand, MetricBands } from '../../contracts';

/** The bands that a run's plugins have declared; none at first. */
export function metricBands(): MetricBands {
  const bands = new Map<string, MetricBand>();
  return {
    declare: (band) => {
      bands.set(band.metric, band);
    },
    all: () => [...bands.values()],
  };
}
