import { escapeHtml } from './escape-html';
import { shownNumber } from './shown-number';

/** `null` is an empty cell. */
export type TableCell = string | number | null;

export interface DataTable {
  /** The table's caption. */
  readonly caption: string;
  readonly columns: readonly string[];
  /** Each row has as many cells as there are columns; the first one names the row. */
  readonly rows: readonly (readonly TableCell[])[];
  /** A note below the table, for example that it contains only every tenth row. */
  readonly note?: string | undefined;
  /** Whether the table is collapsible, and initially collapsed (default: `true`). */
  readonly isFolded?: boolean;
}

/**
 * Renders a table as HTML. Numbers are shown with six digits but keep their whole value (`<data value="0.123456789">`).
 * A table wider than the page can be scrolled, also by keyboard.
 */
export function dataTable(table: DataTable): string {
  const { caption, columns, rows, note, isFolded = true } = table;
  const name = escapeHtml(caption);
  const heads = columns.map((column) => `<th scope="col">${escapeHtml(column)}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.map(cellOf).join('')}</tr>`).join('\n');
  const inner =
    `<div class="scroll" role="region" aria-label="${name}" tabindex="0">` +
    `<table><caption>${name}</caption><thead><tr>${heads}</tr></thead><tbody>\n${body}\n</tbody></table></div>` +
    (note === undefined ? '' : `<p class="note">${escapeHtml(note)}</p>`);
  return isFolded ? `<details class="table"><summary>Table: ${name}</summary>${inner}</details>` : inner;
}

function cellOf(cell: TableCell, index: number): string {
  const tag = index === 0 ? 'th scope="row"' : 'td';
  const end = index === 0 ? 'th' : 'td';
  if (cell === null) return `<${tag}></${end}>`;
  if (typeof cell === 'string') return `<${tag}>${escapeHtml(cell)}</${end}>`;
  return `<${tag} class="number"><data value="${cell}">${shownNumber(cell)}</data></${end}>`;
}
