import { Plugin, inject, tokens } from '../../src';
import type { ModelAccess, Notify, PluginHooks } from '../../src';
import type { ModelSummarySettings } from './options';
import { summaryText } from './summary-text';

/** Says what the model is made of when training begins. */
@Plugin({ name: 'model-summary', ranks: 'first' })
export class ModelSummary implements PluginHooks {
  constructor(
    @inject(tokens.pluginOptions) private readonly options: ModelSummarySettings,
    @inject(tokens.model) private readonly model: ModelAccess,
    @inject(tokens.notify) private readonly notify: Notify,
  ) {}

  onFitStart(): void {
    const text = summaryText(this.model.modules(), this.options.maxDepth);
    for (const line of text.split('\n')) this.notify('info', line);
  }
}
