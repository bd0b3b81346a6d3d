/** The part of Python's format specifications that names of checkpoints need: `02d`, `.2f`, `.3e`, `.4g`, `.1%`. */
export interface NumberFormat {
  /** Characters at least, filled up with zeros; 0 for as many as there are. */
  readonly width: number;
  readonly precision: number;
  readonly type: 'd' | 'f' | 'e' | 'g' | '%';
}

/** Python's precision where none is given. */
const usualPrecision = 6;
/** Decimals that JavaScript writes exactly. */
const exactDecimals = 100;

/** What a specification means; `null` where it is none of these. */
export function parseNumberFormat(text: string): NumberFormat | null {
  const [, width, precision, type] = /^(?:0(\d{1,2}))?(?:\.(\d{1,2}))?([dfeg%])$/.exec(text) ?? [];
  if (type === undefined || (type === 'd' && precision !== undefined)) return null;
  return {
    width: Number(width ?? 0),
    precision: Number(precision ?? usualPrecision),
    type: type as NumberFormat['type'],
  };
}

/** A number as Python's `format` writes it. */
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
  // From here on all numbers are whole, and JavaScript writes them with an exponent.
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

/** Digits without the last `dropped` ones, rounded to the nearest and from the middle to the even one, as in Python. */
function roundedDigits(digits: string, dropped: number): string {
  if (dropped === 0) return digits.replace(/^0+(?=\d)/, '');
  const unit = 10n ** BigInt(dropped);
  const all = BigInt(digits);
  const [below, rest] = [all / unit, all % unit];
  const up = rest * 2n > unit || (rest * 2n === unit && below % 2n === 1n);
  return String(up ? below + 1n : below);
}
