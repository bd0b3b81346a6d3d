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
  ['api/index', 'Exports', 'Every export with signature, shapes, errors and source'],
] as const;

/** The first page of the reference. */
export function indexPage(): string {
  return page(
    'Reference',
    'Generated from the code: signatures, docstrings, schemas of options and messages of errors. `tf` in it is [TensorFlow.js](https://js.tensorflow.org/api/latest/) (`@tensorflow/tfjs-core`), which `fulgur` exports, and `z` is [zod](https://zod.dev), for options of one’s own.',
    table(
      ['Page', ''],
      tablesOfReference.map(([path, title, about]) => [`[${title}](./${path}.md)`, about]),
    ),
  );
}

/** Groups of exports. */
export function exportsPage(places: Places): string {
  const byGroup = byKey(places.all, ({ group }) => group);
  return page(
    'Exports',
    'What `fulgur` and `fulgur/plugin-kit` export, by what it is for. Exports of plugins are on the [pages of plugins](../plugins/index.md).',
    table(
      ['Group', '', 'Exports'],
      Object.entries(groups).map(([group, { title, about }]) => [
        `[${title}](./${group}/index.md)`,
        about,
        String(byGroup.get(group)?.length ?? 0),
      ]),
    ),
  );
}

/** Places of pages among their neighbours, from 1. */
export function navigationOrder(): Map<string, number> {
  const tables = tablesOfReference.map(([path], index) => [path, index + 1] as const);
  const ofExports = Object.keys(groups).map((group, index) => [`api/${group}/index`, index + 1] as const);
  return new Map([...tables, ...ofExports]);
}
