import { epochsOf } from '../../../bench/methods/settings';
import type { Records } from '../../../bench/methods/records';
import { after, digitsFindings, spreadText, table, timingOf } from '../../../bench/methods/tables';
import type { Method } from './shipped-methods';

/** The page that leads to the pages of all methods, as Markdown. */
export function indexPage(methods: readonly Method[], records: Records): string {
  const rows = methods.map(({ name, title, summary, citation }) => {
    const findings = digitsFindings(records, name);
    const knn = findings.map((finding) => after(finding, epochsOf.digits)?.knn ?? null);
    const seconds = timingOf(records, name)?.secondsPerStep;
    return [
      `[${title}](${name}.md)`,
      `${summary} (${citation})`,
      spreadText(knn).split(' ')[0] ?? '',
      seconds?.toFixed(3) ?? '',
    ];
  });
  return [
    '# Methods',
    'Every method has a page with its idea, its loss, three ways to run it, its defaults beside lightly’s, and what the bench has measured. ' +
      `kNN is the accuracy after ${epochsOf.digits} epochs on the embedded digits, and the time is that of a step of the bench: see [What each method learns](../methods.md).`,
    table(['method', '', 'kNN', 'seconds per step'], rows),
    '[Writing a method](../methods-building.md) shows the parts that they are made of.',
    '',
  ].join('\n\n');
}
