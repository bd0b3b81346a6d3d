import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../paths';
import { escaped } from './figure';
import { declaresPlugin, experimentFile, hasExperimentFile } from './shipped-methods';
import type { Method } from './shipped-methods';

/** A way to run a method: its command and the whole file that the command runs. */
export interface Tab {
  readonly label: string;
  /** Markdown before the file. */
  readonly text: string;
  readonly command: string;
  /** From the project's root. */
  readonly file: string;
  /** Lines that the reader should see first, from 1. */
  readonly highlighted: readonly number[];
}

/** The plugin that makes an experiment one for several ranks, and the one that is optional there. */
const strategy = 'data-parallel';

const synchronised =
  'Synchronised batch norm is optional: without `syncBatchNorm()` in the list, each rank normalises with the statistics of its own images alone.';

/** The three tabs of a method. */
export function tabsOf(method: Method): Tab[] {
  return [loopTab(method), trainerTab(method), distributedTab(method)];
}

function loopTab({ name, title }: Method): Tab {
  const own = `${name}-loop`;
  const hasOwn = hasExperimentFile(own);
  const text = hasOwn
    ? 'A hand-written loop. No trainer, no plugins: what happens in a step and in an epoch stands in the file.'
    : `A hand-written loop, the same file for every method. It builds ${title} from the class in the tab “Trainer”, compiles the step and tells schedules where training stands.`;
  return {
    label: 'Plain loop',
    text,
    command: hasOwn
      ? `npx ts-node ${experimentFile(own)}`
      : `npx ts-node ${experimentFile('method-loop')} ${name}`,
    file: experimentFile(hasOwn ? own : 'method-loop'),
    highlighted: [],
  };
}

function trainerTab({ name }: Method): Tab {
  return {
    label: 'Trainer',
    text: `The experiment as it is shipped. In a project that has Fulgur installed, \`npx fulgur train ${name}\` runs it, and \`--data.path photos\` trains on a folder of your own images.`,
    command: `npx ts-node ${experimentFile(name)}`,
    file: experimentFile(name),
    highlighted: [],
  };
}

function distributedTab({ name, text, data }: Method): Tab {
  const own = `${name}-distributed`;
  const runs = hasExperimentFile(own) ? own : name;
  if (!declaresPlugin(runs, strategy)) {
    throw new Error(
      `No experiment trains '${name}' on several ranks. Add dataParallel() to the plugins of ${experimentFile(name)}.`,
    );
  }
  const file = experimentFile(runs);
  const differs =
    runs === name
      ? 'The same file trains on several devices: `dataParallel()` averages the gradients of all ranks, and `syncBatchNorm()` takes batch statistics over all of them.'
      : 'This file differs from the one in the tab “Trainer” in its plugins: `dataParallel()` averages the gradients of all ranks, and `syncBatchNorm()` takes batch statistics over all of them.';
  return {
    label: 'Distributed',
    text: [
      differs,
      text.onRanks,
      'Each rank loads its own share of every epoch; no sampler has to be declared. The batch size is that of each rank: on two ranks, ' +
        `\`--data.batchSize ${Number(data.batchSize) / 2}\` keeps the batch of one.`,
      `**Note.** ${synchronised}`,
      'For several hosts see [Clusters](../clusters.md).',
    ].join('\n\n'),
    command: `npx ts-node ${file} --devices 2`,
    file,
    highlighted: linesWith(file, /\b(dataParallel|syncBatchNorm)\(/),
  };
}

function linesWith(file: string, pattern: RegExp): number[] {
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  return lines.flatMap((line, index) => (pattern.test(line) ? [index + 1] : []));
}

/**
 * The tabs as Markdown. They are radio buttons, so that a browser without JavaScript shows them too, and the arrow keys
 * move between them. VitePress includes the files when it builds the site.
 *
 * @param id begins the identifiers of the page's elements.
 */
export function tabsText(tabs: readonly Tab[], id: string): string {
  const idOf = (tab: Tab): string => `${id}-${tab.label.toLowerCase().replaceAll(' ', '-')}`;
  const inputs = tabs.map((tab, index) => {
    const checked = index === 0 ? ' checked' : '';
    return (
      `<input type="radio" name="${id}-tabs" id="${idOf(tab)}"${checked}>` +
      `<label for="${idOf(tab)}">${escaped(tab.label)}</label>`
    );
  });
  const panels = tabs.map((tab) => {
    const marks = tab.highlighted.length === 0 ? '' : `{${tab.highlighted.join(',')}}`;
    return [
      `<section aria-label="${escaped(tab.label)}">`,
      `${tab.text}\n\n\`\`\`bash\n${tab.command}\n\`\`\`\n\n<<< @/../${tab.file}${marks}`,
      '</section>',
    ].join('\n\n');
  });
  return [
    '<div class="method-tabs">',
    `<div class="bar" role="radiogroup" aria-label="How to run it">${inputs.join('')}</div>`,
    ...panels,
    '</div>',
  ].join('\n\n');
}
