/** A cell or a heading as plain Markdown: nothing in it is taken for HTML, a table's border or a Vue expression. */
export function escaped(text: string): string {
  return text.replace(/[&<>{}|*_[\]`\\~$]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Text that is Markdown already, safe for VitePress: no HTML, no Vue expression. */
export function safeProse(markdown: string): string {
  // What is in code is safe already. VitePress takes braces at the end of a cell for attributes.
  return markdown.replace(/`[^`]*`|[<{]/g, (part) => (part.length > 1 ? part : `&#${part.charCodeAt(0)};`));
}

/** Inline code, also within a table. */
export function code(text: string): string {
  return `<code>${escaped(text)}</code>`;
}

/** A fenced block of TypeScript, or of another language. */
export function block(text: string, language = 'ts'): string {
  return ['```' + language, text, '```'].join('\n');
}

/** A table; cells are Markdown, and the lines in them become spaces. Nothing for no rows; empty columns are left out. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const used = head.map((_, column) => rows.some((cells) => (cells[column] ?? '') !== ''));
  if (used.includes(false)) {
    const kept = (cells: readonly string[]): string[] => cells.filter((_, column) => used[column] === true);
    return table(kept(head), rows.map(kept));
  }
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

function cell(markdown: string): string {
  return markdown
    .replace(/\n{2,}/g, '<br>')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/(?<!\\)\|/g, '\\|')
    .trim();
}

/** Parts of a page, a blank line between them; empty ones are left out. */
export function paragraphs(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}

/** A page with its title, and the description that a search engine shows. */
export function page(title: string, ...parts: readonly string[]): string {
  return `${paragraphs('---\noutline: [2, 3]\neditLink: false\n---', `# ${title} {#page-title}`, ...parts)}\n`;
}

/** A page of wide tables: it has no outline beside it. */
export function widePage(title: string, ...parts: readonly string[]): string {
  return page(title, ...parts).replace('outline: [2, 3]', 'aside: false');
}

/** The first sentence of a text. */
export function firstSentence(markdown: string): string {
  const paragraph = markdown.split(/\n\s*\n|\n```/, 1)[0] ?? '';
  const text = paragraph.replace(/\s*\n\s*/g, ' ').trim();
  const end = /[.:](?=\s+[A-Z`[]|$)/.exec(text);
  return end === null ? text : `${text.slice(0, end.index)}.`;
}
