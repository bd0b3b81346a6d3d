import { renderToString } from 'katex';
import type { Records } from '../../../bench/methods/records';
import { defaultsTable } from './defaults';
import { caption, drawFigure } from './figure';
import { resultsText } from './results';
import type { Method } from './shipped-methods';
import { tabsOf, tabsText } from './tabs';

/** The page of a method as Markdown: the same form for all. */
export function methodPage(method: Method, records: Records): string {
  const { name, title, summary, text } = method;
  return [
    `---\ntitle: ${JSON.stringify(title)}\ndescription: ${JSON.stringify(`${title}: ${summary}`)}\neditLink: false\n---`,
    `# ${title}`,
    text.idea,
    `Reference: ${reference(method)}.`,
    '## Architecture and loss',
    drawFigure(text.figure, title),
    caption(text.figure),
    text.formulas.map(formula).join('\n'),
    text.symbols,
    '## Run it',
    tabsText(tabsOf(method), name),
    "The files are those of `experiments/`. In a project of your own, import from `'fulgur'` instead of `'../src'`, and from `'fulgur/plugins/…'` instead of `'../plugins/…'`.",
    '## Defaults',
    `Every hyperparameter is an option of the command line; \`npx fulgur train ${name} --help\` lists all options. The right column has the values of lightly’s example, the middle one those of \`experiments/${name}.ts\`.`,
    defaultsTable(method),
    '## Results',
    resultsText(records, name),
    'The settings, charts and the figures of all methods are on [What each method learns](../methods.md).',
    '## Pitfalls',
    text.pitfalls.map((pitfall) => `- ${pitfall}`).join('\n'),
    '<style src="../.site/methods/page.css"></style>',
    '',
  ].join('\n\n');
}

/** `[Title](https://arxiv.org/abs/2006.07733), Grill et al., arXiv 2006.07733`. */
function reference({ name, citation, text: { paper, address } }: Method): string {
  const [, number] = /\barXiv (\d{4}\.\d{4,5})$/.exec(citation) ?? [];
  const link = number === undefined ? address : `https://arxiv.org/abs/${number}`;
  if (link === undefined) {
    throw new Error(
      `The paper of '${name}' is not on arXiv. Add its address to docs/.site/methods/texts/${name}.ts.`,
    );
  }
  return `[${paper}](${link}), ${citation}`;
}

/** MathML, which browsers draw themselves: no script, no fonts. A long formula scrolls sideways on a phone. */
function formula(tex: string): string {
  const math = renderToString(tex, { displayMode: true, output: 'mathml', strict: 'error' });
  return `<div class="method-formula" tabindex="0" role="group" aria-label="Formula" v-pre>${math}</div>`;
}
