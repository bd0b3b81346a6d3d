/** A piece of a template: text, or a place for a value. */
type Piece = string | { readonly name: string; readonly format: NumberFormat | null };

/** Values that are integers; metrics are floating-point numbers. */
const counters = ['epoch', 'step'];
/** Maximum number of characters in a name besides its values: file systems allow 255 bytes, and a version may follow. */
const longestTemplate = 160;

/**
 * Fills in a template such as `epoch={epoch:02d}-{val/loss:.3f}`; a missing value becomes `none`.
 *
 * @param template a valid template.
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

/** Returns the metrics that a template names. */
export function metricsIn(template: string): string[] {
  return piecesOf(template).flatMap((piece) =>
    typeof piece === 'string' || counters.includes(piece.name) ? [] : [piece.name],
  );
}

/**
 * Returns what a template lacks to name folders, as the end of a sentence that begins with `expected`; `null` if it is
 * valid.
 */
export function problemOfTemplate(template: string): string | null {
  const text = template.replace(/\{[^{}]*\}/g, '');
  const names: string[] = [];
  if (/[{}]/.test(text)) return 'every { to have a matching }';
  if (/[/\\]/.test(text) || template.startsWith('.'))
    return 'a name without / or \\ that does not start with a dot';
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(template)) return 'a name without line breaks and control characters';
  if (text.length > longestTemplate) return `at most ${longestTemplate} characters in addition to the values`;
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
    return `a format for a metric, which is not a whole number, in ${place}: ${usual}`;
  return null;
}

function piecesOf(template: string): Piece[] {
  return template.split(/(\{[^{}]+\})/).map((piece) => {
    if (!piece.startsWith('{')) return piece;
    const { name, spec } = takeApart(piece.slice(1, -1));
    return { name, format: spec === null ? null : parseNumberFormat(spec) };
  });
}

/** A metric's name may itself contain colons. */
function takeApart(inside: string): { readonly name: string; readonly spec: string | null } {
  const colon = inside.lastIndexOf(':');
  return colon < 0
    ? { name: inside, spec: null }
    : { name: inside.slice(0, colon), spec: inside.slice(colon + 1) };
}

/** The subset of Python's format specifications that checkpoint names need: `02d`, `.2f`, `.3e`, `.4g`, `.1%`. */
export interface NumberFormat {
  /** Minimum number of characters, padded with zeros; 0 for no padding. */
  readonly width: number;
  readonly precision: number;
  readonly type: 'd' | 'f' | 'e' | 'g' | '%';
}

/** Python's default precision. */
const usualPrecision = 6;
/** Number of decimals that JavaScript writes exactly. */
const exactDecimals = 100;

/** Parses a specification; returns `null` if it is not one of these. */
export function parseNumberFormat(text: string): NumberFormat | null {
  const [, width, precision, type] = /^(?:0(\d{1,2}))?(?:\.(\d{1,2}))?([dfeg%])$/.exec(text) ?? [];
  if (type === undefined || (type === 'd' && precision !== undefined)) return null;
  return {
    width: Number(width ?? 0),
    precision: Number(precision ?? usualPrecision),
    type: type as NumberFormat['type'],
  };
}

/** Writes a number as Python's `format` does. */
export function formatNumber(value: number, { width, precision, type }: NumberFormat): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  const digits = Number.isFinite(value)
    ? writers[type](size, precision)
    : (Number.isNaN(value) ? 'nan' : 'inf') + (type === '%' ? '%' : '');
  return sign + digits.padStart(width - sign.length, '0');
}

const writers: Readonly<Record<NumberFormat['type'], (size: number, precision: number) => string>> = {
  d: (size) => String(size),
  f: fixed,
  e: scientific,
  g: general,
  '%': (size, precision) => `${fixed(size * 100, precision)}%`,
};

function fixed(size: number, precision: number): string {
  // From here on, all numbers are whole, and JavaScript writes them with an exponent.
  if (size >= 1e21) return BigInt(size).toString() + (precision === 0 ? '' : `.${'0'.repeat(precision)}`);
  const [whole = '', decimals = ''] = size.toFixed(exactDecimals).split('.');
  const rounded = roundedDigits(whole + decimals, exactDecimals - precision).padStart(precision + 1, '0');
  return precision === 0 ? rounded : `${rounded.slice(0, -precision)}.${rounded.slice(-precision)}`;
}

function scientific(size: number, precision: number): string {
  const [mantissa = '', exponentText = ''] = size.toExponential(exactDecimals).split('e');
  const all = roundedDigits(mantissa.replace('.', ''), exactDecimals - precision);
  const rounded = size === 0 ? '0'.repeat(precision + 1) : all;
  // 9.99 may have become 10.0.
  const carried = rounded.length > precision + 1 ? 1 : 0;
  const exponent = Number(exponentText) + carried;
  const rest = rounded.slice(1, precision + 1);
  const power = String(Math.abs(exponent)).padStart(2, '0');
  return `${rounded.charAt(0)}${rest === '' ? '' : `.${rest}`}e${exponent < 0 ? '-' : '+'}${power}`;
}

function general(size: number, precision: number): string {
  const digits = Math.max(precision, 1);
  const [mantissa = '', exponentText = ''] = scientific(size, digits - 1).split('e');
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < digits) return withoutZeros(fixed(size, digits - 1 - exponent));
  return `${withoutZeros(mantissa)}e${exponentText}`;
}

function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** Drops the last `dropped` digits and rounds half to even, as Python does. */
function roundedDigits(digits: string, dropped: number): string {
  if (dropped === 0) return digits.replace(/^0+(?=\d)/, '');
  const unit = 10n ** BigInt(dropped);
  const all = BigInt(digits);
  const [below, rest] = [all / unit, all % unit];
  const up = rest * 2n > unit || (rest * 2n === unit && below % 2n === 1n);
  return String(up ? below + 1n : below);
}
