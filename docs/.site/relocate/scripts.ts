import ts from 'typescript';

/** The path under which VitePress builds the site; no text of the documentation contains it. */
export const placeholder = '/__fulgur_site__/';

/** The expression that gives the path under which the site is served, for example `/` or `/a/b/`. */
const base = 'globalThis.siteBase';

/** Returns a script whose strings contain the path of the site, as it is when the script runs, in place of the placeholder. */
export function relocateScript(text: string): string {
  if (!text.includes(placeholder)) return text;
  const source = ts.createSourceFile('script.js', text, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const edits: { start: number; end: number; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (isTextPiece(node) && node.getText().includes(placeholder)) {
      edits.push({ start: node.getStart(), end: node.end, text: relocateString(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  const relocated = edits.reduceRight(
    (result, edit) => result.slice(0, edit.start) + edit.text + result.slice(edit.end),
    text,
  );
  if (relocated.includes(placeholder)) {
    throw new Error(
      `The path of the site is outside a string: ${relocated.slice(relocated.indexOf(placeholder) - 80).slice(0, 160)}`,
    );
  }
  return relocated;
}

type TextPiece =
  ts.StringLiteral | ts.NoSubstitutionTemplateLiteral | ts.TemplateHead | ts.TemplateMiddle | ts.TemplateTail;

function isTextPiece(node: ts.Node): node is TextPiece {
  return (
    ts.isStringLiteral(node) ||
    ts.isNoSubstitutionTemplateLiteral(node) ||
    ts.isTemplateHead(node) ||
    ts.isTemplateMiddleOrTemplateTail(node)
  );
}

function relocateString(node: TextPiece): string {
  const text = node.getText();
  if (!ts.isStringLiteral(node)) return text.replaceAll(placeholder, `\${${base}}`);
  if (ts.isImportDeclaration(node.parent) || ts.isExportDeclaration(node.parent)) {
    throw new Error(`An import of ${text} depends on the path of the site.`);
  }
  const [quote = ''] = text;
  const pieces = text.slice(1, -1).split(placeholder);
  const terms = pieces.map((piece) => (piece === '' ? '' : `${quote}${piece}${quote}`));
  const sum = terms
    .flatMap((term, index) => (index === 0 ? [term] : [base, term]))
    .filter((term) => term !== '');
  return `(${sum.join('+')})`;
}
