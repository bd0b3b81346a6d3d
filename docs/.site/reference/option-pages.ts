import { allOptions } from '../../../src/config/option';
import type { Option } from '../../../src/config/option';
import { clusterSchema, dataSchema, runSchema, trainerSchema } from '../../../src/contracts';
import type { OptionEffect, OptionSchema } from '../../../src/contracts';
import { builtInCommands } from '../../../src/run/commands';
import type { Pages } from './api-pages';
import { code, page, paragraphs, safeProse, table, widePage } from './markdown';
import { defaultWords, valueWords, valuesOf } from './option-values';

/** What another value does to a resumed run, in a word or two. */
const effects: Readonly<Record<OptionEffect, string>> = {
  position: 'rejected',
  numbers: 'rejected',
  hyperparameter: 'warning',
  rounding: 'warning',
  source: 'data is compared',
  free: 'allowed',
  own: 'not compared',
};

const sections = [
  { path: 'options/trainer', title: 'Trainer options', prefix: 'trainer.', schema: trainerSchema },
  { path: 'options/data', title: 'Data options', prefix: 'data.', schema: dataSchema },
  { path: 'options/cluster', title: 'Cluster options', prefix: 'cluster.', schema: clusterSchema },
  { path: 'options/run', title: 'Run options', prefix: '', schema: runSchema },
] as const;

/** Options of every run, as `--help` has them: a page for each section. */
export function optionPages(): Pages {
  const ofCommandLine = allOptions([], {}, builtInCommands);
  const pages: Pages = new Map(
    sections.map(({ path, title, prefix, schema }) => {
      const shape: Readonly<Record<string, OptionSchema>> = schema.shape;
      const own = ofCommandLine.filter(
        (option) => option.path.slice(prefix.length) in shape && option.path.startsWith(prefix),
      );
      const inCode = Object.entries(shape).filter(([, { facts }]) => facts.onlyInCode === true);
      return [
        path,
        widePage(
          title,
          prefix === '' ? '' : `In an experiment's file these are the fields of \`${prefix.slice(0, -1)}\`.`,
          optionTable(own),
          ...(inCode.length === 0
            ? []
            : [
                '## Only in code',
                table(
                  ['Option', 'Meaning', 'On resuming'],
                  inCode.map(([name, option]) => [
                    code(prefix + name),
                    ...[safeProse(option.description ?? ''), effects[option.facts.effect]],
                  ]),
                ),
              ]),
          'The last column says what another value does to a run that resumes: it is rejected, allowed with a warning, or allowed.',
        ),
      ] as const;
    }),
  );
  const links = sections.map(({ path, title }) => `- [${title}](./${path.replace('options/', '')}.md)`);
  return pages.set(
    'options/index',
    page(
      'Options',
      'Every option has a default. The command line, a YAML file (`--config`) and the experiment’s file give values, in this order of precedence; `--help` lists them all.',
      [
        ...links,
        '- [Options of commands](../commands.md)',
        '- [Options of plugins](../plugins/index.md)',
      ].join('\n'),
    ),
  );
}

/** A table of options as the command line gives them. With `withEffect` the last column says what another value does to a run that resumes. */
export function optionTable(options: readonly Option[], { withEffect = true } = {}): string {
  return table(
    ['Option', 'Values', 'Default', 'Meaning', ...(withEffect ? ['On resuming'] : [])],
    options.map(({ path, schema, help, effect, alias }) => {
      const values = valuesOf(schema);
      return [
        paragraphs(code(`--${path}`), alias === undefined ? '' : code(`--${alias}`)),
        ...[valueWords(values), defaultWords(values.default), safeProse(help)],
        ...(withEffect ? [effects[effect]] : []),
      ];
    }),
  );
}
