import { escapeHtml } from '../charts';
import type { ReportedRun } from './reported-run';

/** Shows the maps, contact sheets and other pictures in a run's folder. */
export function pictureSection(runs: readonly ReportedRun[]): string {
  const figures = runs.flatMap(({ label, pictures }) =>
    pictures.map(({ file, png }) => {
      const name = escapeHtml(runs.length > 1 ? `${label}: ${file}` : file);
      return `<figure class="chart"><figcaption>${name}</figcaption><img class="photo" alt="${name}" src="data:image/png;base64,${png.toString('base64')}"></figure>`;
    }),
  );
  if (figures.length === 0) return '';
  return `<section><h2>Pictures</h2><div class="charts">${figures.join('\n')}</div></section>`;
}
