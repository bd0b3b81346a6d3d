import { formatNumber, parseNumberFormat } from './number-format';
import type { NumberFormat } from './number-format';

/** A piece of a template: text, or a place for a value. */
type Piece = string | { readonly name: string; readonly format: NumberFormat | null };

/** Metrics are floating-point numbers; these are not. */
const counters = ['epoch', 'step'];
/** Characters of a name before its values: file systems take 255 bytes, and a version may follow. */
const longestTemplate = 160;

/**
 * Fills a template such as `epoch={epoch:02d}-{val/loss:.3f}`; a value that is not there reads `none`.
 *
 * @param template one without problems.
 */
export function checkpointName(template: string, values: Readonly<Record<string, number>>): string {
  return piecesOf(template)
    .map((piece) => {
      if (typeof piece === 'string') return piece;
      const value = Object.hasOwn(values, piece.name) ? values[piece.name] : undefined;
      if (value === undefined) return 'none';
      return piece.format === null ? String(value) : formatNumber(value, piece.format);
    })
    .join('');
}

/** The metrics that a template names. */
export function metricsIn(template: string): string[] {
  return piecesOf(template).flatMap((piece) =>
    typeof piece === 'string' || counters.includes(piece.name) ? [] : [piece.name],
  );
}

/** What keeps a template from naming folders, as an end of a sentence that begins with `expected`; `null` for nothing. */
export function problemOfTemplate(template: string): string | null {
  const text = template.replace(/\{[^{}]*\}/g, '');
  const names: string[] = [];
  if (/[{}]/.test(text)) return 'every { to have its }';
  if (/[/\\]/.test(text) || template.startsWith('.')) return 'a name without / or \\ that starts with no dot';
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(template)) return 'a name without line breaks and control characters';
  if (text.length > longestTemplate) return `at most ${longestTemplate} characters besides the values`;
  for (const [place, inside = ''] of template.matchAll(/\{([^{}]*)\}/g)) {
    const { name, spec } = takeApart(inside);
    if (name.trim() === '') return `a metric's name in ${place}`;
    const problem = spec === null ? null : problemOfFormat(place, name, spec);
    if (problem !== null) return problem;
    names.push(name);
  }
  return names.some((name) => counters.includes(name)) ? null : '{epoch} or {step} in it';
}

function problemOfFormat(place: string, name: string, spec: string): string | null {
  const format = parseNumberFormat(spec);
  const isCounter = counters.includes(name);
  const usual = isCounter ? `{${name}:02d}` : `{${name}:.2f}`;
  if (format === null) {
    const [, decimals] = /^\.?(\d{1,2})$/.exec(spec) ?? [];
    const meant = decimals === undefined || isCounter ? usual : `{${name}:.${decimals}f}`;
    return `a format of d, f, e, g or % in ${place}, such as ${meant}`;
  }
  if (format.type === 'd' && !isCounter)
    return `a format for a metric, which is no whole number, in ${place}: ${usual}`;
  return null;
}

function piecesOf(template: string): Piece[] {
  return template.split(/(\{[^{}]+\})/).map((piece) => {
    if (!piece.startsWith('{')) return piece;
    const { name, spec } = takeApart(piece.slice(1, -1));
    return { name, format: spec === null ? null : parseNumberFormat(spec) };
  });
}

/** A metric's name may hold colons itself. */
function takeApart(inside: string): { readonly name: string; readonly spec: string | null } {
  const colon = inside.lastIndexOf(':');
  return colon < 0
    ? { name: inside, spec: null }
    : { name: inside.slice(0, colon), spec: inside.slice(colon + 1) };
}
