import { createHash } from 'node:crypto';
import { escapeHtml } from './escape-html';
import { pageStyle } from './page-style';

export interface HtmlDocument {
  readonly title: string;
  /** HTML; the caller escapes everything that is not Fulgur's own. */
  readonly body: string;
  /** Additional CSS. */
  readonly style?: string;
  /** Source texts of scripts, which run in this order after the body. None may be a module. */
  readonly scripts?: readonly string[];
  /** JSON values by name, which scripts read with `JSON.parse(document.getElementById('data-<name>').textContent)`. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Additional allowed sources by directive of the Content-Security-Policy: `{ 'connect-src': "'self'" }`. */
  readonly sources?: Readonly<Record<string, string>>;
}

/**
 * Renders a complete page in Fulgur's style: light or dark as the reader prefers, and light on paper. It loads nothing:
 * its Content-Security-Policy allows only the scripts, styles and pictures that the page itself contains, and no
 * requests.
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

/** Returns the policy of a page that contains these scripts; a server also sends it as a header. */
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

/**
 * Escapes what would end the element or start a comment in it, without changing its meaning in JavaScript's strings and
 * regular expressions.
 */
function safeScript(text: string): string {
  return text.replace(/<(?=\/script|!--)/gi, '\\x3c').replaceAll('\r\n', '\n');
}

/** Returns JSON without `<`; values that JSON has no notation for become null. */
function safeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
