import type { ViewTransform } from '../../../src';
import { table } from '../../../bench/methods/tables';
import type { Method } from './shipped-methods';

/** A default of an experiment, and that of lightly's example. */
export interface DefaultRow {
  /** Name in the texts' `lightly.defaults`. */
  readonly key: string;
  readonly label: string;
  readonly fulgur: string;
  readonly lightly: string;
}

/**
 * Defaults that a reader compares: data, views, optimiser, and every hyperparameter.
 *
 * @throws where the method's text has no value of lightly's for a row, or has one for no row.
 */
export function defaultRows(method: Method): DefaultRow[] {
  const { data, definition, views, hyperParameters, source, text, name } = method;
  const { fallback } = data;
  const pairs: readonly (readonly [key: string, label: string, fulgur: string])[] = [
    [
      'data',
      '`--data.name`',
      `${code(data.name)}${typeof fallback === 'string' ? `, else ${code(fallback)}` : ''}`,
    ],
    ['views', 'views', `\`views.${views.spec.export}\`: ${viewSizes(views)}`],
    ['batchSize', '`--data.batchSize`', String(data.batchSize)],
    ['maxEpochs', '`--trainer.maxEpochs`', String(definition.trainer?.maxEpochs)],
    ['optimiser', 'optimiser', `\`optim.${optimizerOf(source, name)}\``],
    ...Object.entries(hyperParameters).map(
      ([option, value]) => [option, `\`--${option}\``, String(value)] as const,
    ),
  ];
  const { defaults } = text.lightly;
  const keys = pairs.map(([key]) => key);
  const missing = keys.filter((key) => defaults[key] === undefined);
  const strange = Object.keys(defaults).filter((key) => !keys.includes(key));
  if (missing.length > 0 || strange.length > 0) {
    throw new Error(
      `lightly's defaults in docs/.site/methods/texts/${name}.ts must have the rows of the table. ` +
        `Missing: ${listed(missing)}; without a row: ${listed(strange)}.`,
    );
  }
  return pairs.map(([key, label, fulgur]) => ({ key, label, fulgur, lightly: defaults[key] ?? '' }));
}

export function defaultsTable(method: Method): string {
  const rows = defaultRows(method).map(({ label, fulgur, lightly }) => [label, fulgur, lightly]);
  return table(['', 'Fulgur', `lightly’s \`${method.text.lightly.example}\``], rows);
}

/** `2 of 32 × 32, 6 of 16 × 16`. */
export function viewSizes({ views }: Pick<ViewTransform, 'views'>): string {
  const sizes = views.map(({ height, width }) => `${height} × ${width}`);
  return [...new Set(sizes)]
    .map((size) => `${sizes.filter((one) => one === size).length} of ${size}`)
    .join(', ');
}

/** The optimiser that the file makes, by its function in `optim`. */
function optimizerOf(source: string, name: string): string {
  const [, made] = /return optim\.(\w+)\(/.exec(source) ?? [];
  if (made === undefined) throw new Error(`experiments/${name}.ts returns no optimiser of optim.`);
  return made;
}

function code(value: unknown): string {
  return typeof value === 'string' ? `\`${value}\`` : 'its own';
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}
