/** A file that a tutorial has its reader write. */
export interface FileStep {
  readonly kind: 'file';
  readonly line: number;
  readonly path: string;
  readonly text: string;
}

/** Commands that a tutorial has its reader run, and the lines of output that it promises. */
export interface CommandStep {
  readonly kind: 'commands';
  readonly line: number;
  readonly text: string;
  readonly expected: readonly string[];
}

export type Step = FileStep | CommandStep;

const fence = /^(`{3,})(\S*)(?: +\[(.+)\])? *\n([^]*?)^\1 *$/gm;

/**
 * Reads the steps of a tutorial from its Markdown, in the order of the page.
 *
 * - A block with a file name (```` ```ts [a.ts] ````) is a file; the text above it names the file.
 * - A `bash` block is run; the `text` block after it has lines of its output.
 * - Other blocks (`sh`, `python`, ...) are shown only.
 *
 * @throws an error with the line where a page breaks these rules.
 */
export function parseTutorial(page: string): readonly Step[] {
  const steps: Step[] = [];
  let above = 0;
  for (const found of page.matchAll(fence)) {
    const [whole, , language = '', path, text = ''] = found;
    const line = page.slice(0, found.index).split('\n').length;
    const prose = page.slice(above, found.index);
    above = found.index + whole.length;
    if (path !== undefined) {
      if (!prose.includes(`\`${path}\``))
        throw new Error(`Line ${line}: no text above names the file ${path}.`);
      if (steps.some((step) => step.kind === 'file' && step.path === path))
        throw new Error(`Line ${line}: the file ${path} is written twice.`);
      steps.push({ kind: 'file', line, path, text });
    } else if (language === 'bash') {
      steps.push({ kind: 'commands', line, text, expected: [] });
    } else if (language === 'text') {
      const last = steps.pop();
      if (last?.kind !== 'commands' || last.expected.length > 0)
        throw new Error(`Line ${line}: no command stands before this output.`);
      steps.push({ ...last, expected: text.split('\n').filter((row) => row.trim() !== '') });
    }
  }
  if (!steps.some(({ kind }) => kind === 'commands')) throw new Error('The page runs nothing.');
  return steps;
}

/**
 * The first promised line that the output lacks; `null` if it has all of them, in this order. `…` stands for any text.
 */
export function missingLine(expected: readonly string[], output: string): string | null {
  const rows = output.split(/[\r\n]+/).map((row) => row.trim());
  let from = 0;
  for (const line of expected) {
    const parts = line
      .trim()
      .split('…')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    const pattern = new RegExp(`^${parts.join('.*')}$`);
    const found = rows.slice(from).findIndex((row) => pattern.test(row));
    if (found < 0) return line;
    from += found + 1;
  }
  return null;
}
