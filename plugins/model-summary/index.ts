import { z } from 'zod';
import { Plugin, definePlugin, inject, tokens } from '../../src';
import type { ModelAccess, ModuleSummary, Notify, PluginDescriptor, PluginHooks } from '../../src';

const schema = z.strictObject({
  /** Number of levels of modules shown below the model; -1 for all. */
  maxDepth: z.int().min(-1).default(1),
});

/** Options of `modelSummary()`. */
export type ModelSummaryOptions = z.input<typeof schema>;

const BYTES_OF_A_PARAMETER = 4;
const headings = ['name', 'type', 'parameters', 'mode'] as const;

/**
 * Returns a table of modules, with the model's size below it.
 *
 * @param modules the model first, as `ModelAccess.modules()` returns them.
 * @param maxDepth number of levels below the model; -1 for all.
 */
export function summaryText(modules: readonly ModuleSummary[], maxDepth: number): string {
  const [model, ...parts] = modules;
  if (model === undefined) return '';
  const shown = parts.filter(({ name }) => maxDepth < 0 || name.split('.').length <= maxDepth);
  const rows = shown.map(({ name, type, parameters, copied, training }) => [
    name,
    parameters === 0 && copied > 0 ? `${type} (teacher)` : type,
    parameters.toLocaleString('en'),
    training ? 'train' : 'eval',
  ]);
  const lines = rows.length === 0 ? [] : table([[...headings], ...rows]);
  return [...lines, totals(model)].join('\n');
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const [head = '', ...body] = rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return headings[column] === 'parameters' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join(' | ')
      .trimEnd(),
  );
  return [head, widths.map((width) => '-'.repeat(width)).join('-+-'), ...body];
}

function totals({ parameters, trainable, copied }: ModuleSummary): string {
  const frozen = parameters - trainable;
  const megabytes = (count: number): string => `${((count * BYTES_OF_A_PARAMETER) / 1e6).toFixed(1)} MB`;
  const split =
    frozen === 0
      ? 'all trained'
      : `${trainable.toLocaleString('en')} trained, ${frozen.toLocaleString('en')} frozen`;
  const copies =
    copied === 0 ? '' : `, and ${copied.toLocaleString('en')} copies of teachers, ${megabytes(copied)}`;
  return `${parameters.toLocaleString('en')} parameters (${split}), ${megabytes(parameters)}${copies}`;
}

/** Shows the structure of the model when training begins. */
@Plugin({
  name: 'model-summary',
  help: 'shows modules, parameters and size when training begins',
  ranks: 'first',
  options: schema,
})
export class ModelSummary implements PluginHooks {
  constructor(
    @inject(tokens.pluginOptions) private readonly options: z.output<typeof schema>,
    @inject(tokens.model) private readonly model: ModelAccess,
    @inject(tokens.notify) private readonly notify: Notify,
  ) {}

  onFitStart(): void {
    const text = summaryText(this.model.modules(), this.options.maxDepth);
    for (const line of text.split('\n')) this.notify('info', line);
  }
}

/**
 * Shows the model's modules with their types, parameters and modes, and the model's size, when training begins. Columns
 * and default depth follow Lightning's `ModelSummary`.
 *
 * ```ts
 * plugins: [modelSummary({ maxDepth: 2 })]
 * ```
 */
export function modelSummary(options: ModelSummaryOptions = {}): PluginDescriptor {
  return definePlugin(ModelSummary, options);
}
