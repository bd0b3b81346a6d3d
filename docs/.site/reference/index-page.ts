import { groups } from './groups';
import { byKey } from './api-pages';
import { page, table } from './markdown';
import type { Places } from './places';

/** Pages that are not of exports, in the order of the navigation. */
export const tablesOfReference = [
  ['options/index', 'Options', 'Options of every run: type, default, range, meaning'],
  ['commands', 'Commands of experiments', 'What an experiment can do, with the options of each command'],
  ['fulgur', 'The command fulgur', 'What it prints for `--help`'],
  ['plugins/index', 'Plugins', 'Options, hooks and metrics of each plugin'],
  ['hooks', 'Hooks', 'Methods of plugins and modules, and when they are called'],
  ['events', 'Events', 'Facts that a run publishes'],
  ['tokens', 'Tokens', 'Services for the constructor of a plugin'],
  ['errors', 'Errors', 'Every kind, with an example'],
  ['environment', 'Environment variables', 'What is read from the environment'],
] as const;

/** The first page of the reference. */
export function indexPage(places: Places): string {
  const own = places.all.filter(({ group }) => group !== 'plugins');
  const byGroup = byKey(own, ({ group }) => group);
  const rows = Object.entries(groups).map(([group, { title, about }]) => [
    `[${title}](./api/${group}/index.md)`,
    about,
    String(byGroup.get(group)?.length ?? 0),
  ]);
  return page(
    'Reference',
    'Generated from the code: signatures, docstrings, schemas of options and messages of errors. `tf` in it is [TensorFlow.js](https://js.tensorflow.org/api/latest/) (`@tensorflow/tfjs-core`), which `fulgur` exports, and `z` is [zod](https://zod.dev), for options of one’s own.',
    table(
      ['Page', ''],
      tablesOfReference.map(([path, title, about]) => [`[${title}](./${path}.md)`, about]),
    ),
    '## Exports',
    table(['Group', '', 'Exports'], rows),
  );
}
