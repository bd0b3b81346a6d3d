import ts from 'typescript';

/** A text that people read, in a file of code or on a page. */
export interface Text {
  /** `name`: what a test asserts, the first argument of `it` or `describe`. */
  readonly kind: 'comment' | 'string' | 'name' | 'page';
  /** Where the text begins in the file, in characters. */
  readonly start: number;
  /** As long as in the file: what is not prose is blank, or `substitute` where it is a part of a sentence. */
  readonly prose: string;
}

/** Stands for code or a value within a sentence; it is not a word character. */
export const substitute = '\uFFFC';

/** A text while its parts are found. */
interface Open {
  readonly kind: 'string' | 'name';
  readonly start: number;
  readonly chars: string[];
}

/** The comments and texts of TypeScript; line comments in succession are one text, and so are strings joined by `+`. */
export function textsOfCode(code: string): Text[] {
  const source = ts.createSourceFile('code.ts', code, ts.ScriptTarget.Latest, true);
  const strings: Open[] = [];
  // Between these, `//` begins a comment.
  const literals: [number, number][] = [];

  const visit = (node: ts.Node, within?: Open): void => {
    const start = node.getStart(source);
    const isPart = isText(node) || ts.isTemplateSpan(node) || isLiteral(node);
    if (within !== undefined && !isPart && node.kind !== ts.SyntaxKind.PlusToken)
      within.chars.fill(substitute, start - within.start, node.end - within.start);
    let text = isPart ? within : undefined;
    if (text === undefined && isText(node)) {
      text = {
        kind: isTestName(node) ? 'name' : 'string',
        start,
        chars: Array<string>(node.end - start).fill(' '),
      };
      strings.push(text);
    }
    if (isLiteral(node)) {
      literals.push([start, node.end]);
      const inside = code
        .slice(start + 1, node.end - 1)
        .replace(/\\[nrt]/g, '  ')
        .replace(/\$$/, ' ');
      for (let at = 0; text !== undefined && at < inside.length; at++) {
        text.chars[start + 1 - text.start + at] = inside[at] ?? ' ';
      }
    }
    if (!ts.isToken(node)) ts.forEachChild(node, (child) => visit(child, text));
  };
  visit(source);

  const texts = strings.map(({ kind, start, chars }): Text => ({
    kind,
    start,
    prose: codeless(chars.join('')),
  }));
  return [...commentsOf(code, literals), ...texts].sort((a, b) => a.start - b.start);
}

function isLiteral(node: ts.Node): boolean {
  return (
    ts.isStringLiteralLike(node) ||
    ts.isTemplateHead(node) ||
    ts.isTemplateMiddleOrTemplateTail(node) ||
    ts.isRegularExpressionLiteral(node)
  );
}

function isTestName({ parent }: ts.Node): boolean {
  return ts.isCallExpression(parent) && /^(it|describe)\b/.test(parent.expression.getText());
}

/** Whether a node is a string, a template, or a sum with one of them. */
function isText(node: ts.Node): boolean {
  // Text in another language, such as a formula in `String.raw`.
  if (ts.isTemplateLiteral(node) && ts.isTaggedTemplateExpression(node.parent)) return false;
  if (ts.isStringLiteralLike(node)) return !ts.isImportDeclaration(node.parent);
  if (ts.isTemplateExpression(node)) return true;
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return false;
  return isText(node.left) || isText(node.right);
}

function commentsOf(code: string, literals: readonly [number, number][]): Text[] {
  const bounds = [...literals].sort(([a], [b]) => a - b);
  // Literals become spaces, so that no mark in them begins a comment.
  let at = 0;
  let bare = '';
  for (const [start, end] of bounds) {
    if (start < at) continue;
    bare += code.slice(at, start) + ' '.repeat(end - start);
    at = end;
  }
  bare += code.slice(at);
  const comments = bare.matchAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*(?:\n[ \t]*\/\/[^\n]*)*/g);
  return [...comments].map(({ index, 0: found }) => {
    // A literal's blanks may lie within a comment's quotation marks: the text is the file's.
    const whole = code.slice(index, index + found.length);
    const prose = whole.replace(/^([ \t]*)(\/\*\*?|\*\/?|\/\/+)|\*\/$/gm, (mark) => ' '.repeat(mark.length));
    return { kind: 'comment', start: index, prose: codeless(prose) };
  });
}

/** Code in backticks and addresses are not prose. */
function codeless(text: string): string {
  return text
    .replace(/`[^`\n]+`/g, (code) => substitute.repeat(code.length))
    .replace(/https?:\/\/\S+/g, (address) => ' '.repeat(address.length));
}

/** The prose of a page, the comments of its code blocks, and of the TypeScript in it also the texts. */
export function textsOfPage(page: string): Text[] {
  const texts: Text[] = [];
  const fence = /^([ \t]*)(```+)([^\n]*)\n([\s\S]*?)^[ \t]*\2[ \t]*$/gm;
  const prose = page.replace(
    fence,
    (block: string, indent: string, marks: string, info: string, code: string, start: number) => {
      const offset = start + indent.length + marks.length + info.length + 1;
      if (/^ts\b/.test(info))
        texts.push(...textsOfCode(code).map((text) => ({ ...text, start: text.start + offset })));
      return block.replace(/[^\n]/g, ' ');
    },
  );
  const blank = (part: string): string => part.replace(/[^\n]/g, ' ');
  const bare = codeless(prose)
    .replace(/<[^>\n]+>/g, blank)
    .replace(/\]\([^)\s]*\)/g, blank)
    .replace(/[|*_#>]/g, ' ');
  return [{ kind: 'page', start: 0, prose: bare }, ...texts];
}
