import { dataTable } from '../charts';
import type { ReportedRun } from './reported-run';

/** More tables than these start folded. */
const MOST_OPEN = 8;

/** Lists the nearest images that the command `neighbours` found; its pictures are among the other pictures. */
export function nearestSection(runs: readonly ReportedRun[]): string {
  const count = runs.flatMap(({ evaluations }) => evaluations.flatMap(({ nearest }) => nearest)).length;
  const tables = runs.flatMap(({ label, evaluations }) =>
    evaluations.flatMap(({ file, nearest }) =>
      nearest.map(({ query, neighbours }) =>
        dataTable({
          caption: `Nearest to ${query}`,
          columns: ['rank', 'image', 'cosine similarity'],
          rows: neighbours.map(({ name, similarity }, i) => [i + 1, name, similarity]),
          note: runs.length > 1 ? `${label}: ${file}` : file,
          isFolded: count > MOST_OPEN,
        }),
      ),
    ),
  );
  return tables.length === 0 ? '' : `<section><h2>Nearest images</h2>${tables.join('\n')}</section>`;
}
