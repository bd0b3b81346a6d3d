import { createHash } from 'node:crypto';
import { escapeHtml } from './escape-html';
import { pageStyle } from './page-style';

export interface HtmlDocument {
  readonly title: string;
  /** HTML; who makes it escapes what is not Fulgur's own. */
  readonly body: string;
  /** CSS besides the common look. */
  readonly style?: string;
  /** Texts of scripts, which run in this order after the body; of type `module` none. */
  readonly scripts?: readonly string[];
  /** What scripts read by name, `JSON.parse(document.getElementById('data-<name>').textContent)`: JSON values. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Sources besides the page itself, by directive of the Content-Security-Policy: `{ 'connect-src': "'self'" }`. */
  readonly sources?: Readonly<Record<string, string>>;
}

/**
 * A whole page in one text, in Fulgur's look: light or dark as the reader has it, and light on paper. It loads nothing: its
 * Content-Security-Policy allows the scripts that are written into it, styles and pictures of its own, and no request.
 */
export function htmlDocument({
  title,
  body,
  style = '',
  scripts = [],
  data = {},
  sources = {},
}: HtmlDocument): string {
  const texts = scripts.map(safeScript);
  const values = Object.entries(data).map(
    ([name, value]) =>
      `<script type="application/json" id="data-${escapeHtml(name)}">${safeJson(value)}</script>`,
  );
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${escapeHtml(contentPolicy(texts, sources))}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escapeHtml(title)}</title>`,
    '<link rel="icon" href="data:,">',
    `<style>${pageStyle()}${style.replaceAll('</', '<\\/')}</style>`,
    '</head>',
    '<body>',
    body,
    ...values,
    ...texts.map((text) => `<script>${text}</script>`),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** The policy of a page that has these scripts written into it; a server sends it as a header, too. */
export function contentPolicy(
  scripts: readonly string[],
  sources: Readonly<Record<string, string>> = {},
): string {
  const hashes = scripts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
  const directives: Record<string, string> = {
    'default-src': "'none'",
    'script-src': hashes.join(' '),
    'style-src': "'unsafe-inline'",
    'img-src': 'data: blob:',
    'base-uri': "'none'",
    'form-action': "'none'",
  };
  for (const [name, more] of Object.entries(sources)) {
    directives[name] = [directives[name] ?? '', more].join(' ').trim();
  }
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value === '' ? "'none'" : value}`)
    .join('; ');
}

/** What would end the element, or begin a comment in it, in a form that means the same to JavaScript's texts and expressions. */
function safeScript(text: string): string {
  return text.replace(/<(?=\/script|!--)/gi, '\\x3c').replaceAll('\r\n', '\n');
}

/** No `<` stands in it; what JSON has no notation for is null. */
function safeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
