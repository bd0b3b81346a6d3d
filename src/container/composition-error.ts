import { FulgurError } from '../errors';

/** All that keeps an experiment's plugins from being put together, in one error: a line each. */
export class CompositionError extends FulgurError {
  constructor(
    experiment: string,
    readonly problems: readonly string[],
  ) {
    super('plugin', {
      what: `The plugins of '${experiment}' do not fit together:`,
      list: problems,
      fix: `Correct ${problems.length === 1 ? 'it' : 'them'} in the list of plugins or in the plugin classes.`,
    });
  }
}
