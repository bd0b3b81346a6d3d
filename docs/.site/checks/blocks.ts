/** A fenced block of a page. */
export interface Block {
  /** The page, relative to the repository's root. */
  readonly file: string;
  /** The line of the page on which the code begins, counted from 1. */
  readonly line: number;
  readonly language: string;
  /** What follows the language on the fence: `fragment=options`. */
  readonly info: string;
  /** Without the indentation of the fence. */
  readonly code: string;
}

/** The fenced blocks of a page, in their order. */
export function blocksOf(file: string, page: string): Block[] {
  const blocks: Block[] = [];
  let open: {
    indent: string;
    marks: string;
    line: number;
    language: string;
    info: string;
    lines: string[];
  } | null = null;
  page.split('\n').forEach((text, index) => {
    if (open === null) {
      const [, indent = '', marks = '', language = '', info = ''] =
        /^([ \t]*)(```+)([\w-]*)[ ]*(.*)$/.exec(text) ?? [];
      if (marks !== '') open = { indent, marks, line: index + 2, language, info: info.trim(), lines: [] };
    } else if (text.trim() === open.marks) {
      const { line, language, info, lines } = open;
      blocks.push({ file, line, language, info, code: lines.join('\n') });
      open = null;
    } else {
      open.lines.push(text.startsWith(open.indent) ? text.slice(open.indent.length) : text);
    }
  });
  return blocks;
}
