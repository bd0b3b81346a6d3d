import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultRows } from '../../docs/.site/methods/defaults';
import { drawFigure } from '../../docs/.site/methods/figure';
import { indexPage } from '../../docs/.site/methods/index-page';
import { methodPage } from '../../docs/.site/methods/page';
import { readMeasurements, resultsText } from '../../docs/.site/methods/results';
import { declaresPlugin, partsOfHelp, shippedMethods } from '../../docs/.site/methods/shipped-methods';
import type { Method } from '../../docs/.site/methods/shipped-methods';
import { tabsOf } from '../../docs/.site/methods/tabs';
import { experimentTable } from '../../src/cli/list';

const root = join(__dirname, '../..');
const records = readMeasurements();
const methods = shippedMethods();
const byol = named('byol');

function named(name: string): Method {
  const method = methods.find((one) => one.name === name);
  if (method === undefined) throw new Error(`The method '${name}' has no page.`);
  return method;
}

/** The cells of the row of a table that begins with a label. */
function cells(page: string, label: string): string[] {
  const row = page.split('\n').find((line) => line.startsWith(`| ${label} |`)) ?? '';
  return row
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim());
}

describe('the pages of the methods', () => {
  it('are those of every experiment of `fulgur list` that names a paper', () => {
    const listed = experimentTable().flatMap((line) => {
      const [, name] = /^ {2}(\S+) .*\(.* (?:arXiv|GCPR) [\d.]+\)$/.exec(line) ?? [];
      return name === undefined ? [] : [name];
    });
    expect(methods.map(({ name }) => name)).toEqual(listed);
    expect(listed).toHaveLength(13);
  });

  describe.each(methods)('$name', (method) => {
    const page = methodPage(method, records);

    it('has every part of the form', () => {
      expect(page.match(/^#+ .*$/gm)).toEqual([
        `# ${method.title}`,
        ...['## Architecture and loss', '## Run it', '## Defaults', '## Results', '## Pitfalls'],
      ]);
      expect(page).toMatch(/^Reference: \[.+\]\(https:\/\/\S+\), .+\.$/m);
      expect(page).toContain(method.citation);
      expect(page).toContain('<svg class="method-figure"');
      expect(page).toContain('<math xmlns=');
      expect(page).not.toMatch(/undefined|NaN|\[object/);
    });

    it('has three tabs, each with the command of the file that it includes whole', () => {
      const [, tabs = ''] = page.split('<div class="method-tabs">');
      expect([...tabs.matchAll(/<label for="\S+">([^<]+)<\/label>/g)].map(([, label]) => label)).toEqual([
        'Plain loop',
        'Trainer',
        'Distributed',
      ]);
      const commands = [...tabs.matchAll(/^npx ts-node (\S+)/gm)].map(([, file]) => file);
      const included = [...tabs.matchAll(/^<<< @\/\.\.\/([^\s{#]+)(\{[\d,]+\})?$/gm)].map(
        ([, file = '']) => file,
      );
      expect(included).toHaveLength(3);
      expect(included).toEqual(commands);
      expect(included.filter((file) => !existsSync(join(root, file)))).toEqual([]);
    });

    it('shows an experiment that trains on several ranks, with its strategy highlighted', () => {
      const { file, highlighted } = tabsOf(method)[2]!;
      const name = /experiments\/(.+)\.ts/.exec(file)?.[1] ?? '';
      expect(declaresPlugin(name, 'data-parallel')).toBe(true);
      const lines = readFileSync(join(root, file), 'utf8').split('\n');
      expect(highlighted.map((line) => lines[line - 1]).join()).toContain('dataParallel()');
    });

    it('has the figures of methods.json', () => {
      const findings = records.findings.filter(
        ({ case: { data, method: name, precision } }) =>
          data === 'digits' && precision === '32-true' && name === method.name,
      );
      expect(findings.length).toBeGreaterThan(0);
      const mean = (epoch: number, key: 'knn' | 'linear'): string => {
        const values = findings.map(
          ({ judgements }) => judgements.find((one) => one.epoch === epoch)?.[key] ?? NaN,
        );
        return (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(3);
      };
      const shown = (label: string): string[] => cells(page, label).map((cell) => cell.split(' ')[0] ?? '');
      expect(shown('kNN accuracy')).toEqual([mean(0, 'knn'), mean(2, 'knn')]);
      expect(shown('linear accuracy')).toEqual([mean(0, 'linear'), mean(2, 'linear')]);
      const timing = records.timings.find(
        (one) => one.method === method.name && one.precision === '32-true',
      )!;
      expect(page).toContain(`| ${timing.secondsPerStep.toFixed(3)} | `);
    });
  });

  it('are all linked from one page, with their figures', () => {
    const page = indexPage(methods, records);
    const linked = [...page.matchAll(/^\| \[.+?\]\((\S+)\.md\) \| .+ \| 0\.\d{3} \| \d\.\d{3} \|$/gm)];
    expect(linked.map(([, name]) => name)).toEqual(methods.map(({ name }) => name));
  });

  it('have the defaults of the code', () => {
    const lr = defaultRows(byol).find(({ key }) => key === 'lr');
    expect(lr).toEqual({ key: 'lr', label: '`--lr`', fulgur: '0.06', lightly: '0.06' });
    const views = defaultRows(named('swav')).find(({ key }) => key === 'views');
    expect(views?.fulgur).toBe('`views.swav`: 2 of 32 × 32, 6 of 16 × 16');
  });
});

describe('a page cannot be written', () => {
  it('where the declaration of an experiment does not name the paper', () => {
    expect(() => partsOfHelp('byol', 'BYOL on CIFAR-10: a student predicts a teacher')).toThrow(
      "The help line of experiments/byol.ts is 'BYOL on CIFAR-10: a student predicts a teacher'. " +
        "Write it as 'Name on data set: summary (authors, paper)'.",
    );
  });

  it('where a hyperparameter is new, or no longer exists, and the defaults of lightly do not list it', () => {
    const { lr, ...others } = byol.hyperParameters;
    const changed = { ...byol, hyperParameters: { ...others, learningRate: lr ?? 0 } };
    expect(() => methodPage(changed, records)).toThrow(
      "lightly's defaults in docs/.site/methods/texts/byol.ts must have the rows of the table. " +
        'Missing: learningRate; without a row: lr.',
    );
  });

  it('where the formula is not TeX', () => {
    const changed = { ...byol, text: { ...byol.text, formulas: ['\\frac{1'] } };
    expect(() => methodPage(changed, records)).toThrow(/^KaTeX parse error/);
  });

  it('where no experiment trains the method on several ranks', () => {
    expect(() => tabsOf({ ...byol, name: 'fastsiam-digits' })).toThrow(
      "No experiment trains 'fastsiam-digits' on several ranks. " +
        'Add dataParallel() to the plugins of experiments/fastsiam-digits.ts.',
    );
  });

  it('where the paper has no address', () => {
    const changed = { ...byol, citation: 'Grill et al., NeurIPS 2020' };
    expect(() => methodPage(changed, records)).toThrow(
      "The paper of 'byol' is not on arXiv. Add its address to docs/.site/methods/texts/byol.ts.",
    );
  });
});

it('the page of a method without measurements states it', () => {
  const none = { findings: [], timings: [], peers: [] };
  expect(resultsText(none, 'byol')).toBe('The bench has not measured this method yet.');
});

it('a figure is one block of HTML, with its labels escaped', () => {
  const svg = drawFigure(
    { description: 'a "b"', loss: 'x < y', branches: [{ view: 'view', parts: [], stopGradient: true }] },
    'A & B',
  );
  expect(svg).not.toMatch(/\n\s*\n/);
  expect(svg).toContain('aria-label="a &quot;b&quot;"');
  expect(svg).toContain('<title>Architecture of A &amp; B</title>');
  expect(svg).toContain('x &lt; y');
  expect(svg.match(/class="stop"/g)).toHaveLength(1);
});
