import { ContainerModule } from 'inversify';
import { tokens } from '../contracts';
import type { Notify } from '../contracts';
import type { RunParts } from './run-parts';

/** The run's fixed facts, and its voice. */
export function runModule({ events, folder, settings }: RunParts): ContainerModule {
  const notify: Notify = (level, text) => {
    events.emit('message', level, text);
  };
  return new ContainerModule(({ bind }) => {
    bind(tokens.events.key).toConstantValue(events);
    bind(tokens.notify.key).toConstantValue(notify);
    bind(tokens.runFolder.key).toConstantValue(folder);
    bind(tokens.settings.key).toConstantValue(settings);
  });
}
