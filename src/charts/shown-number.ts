/** Formats a number with up to six significant digits, without trailing zeros. */
export function shownNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const rounded = Number(value.toPrecision(6));
  const size = Math.abs(rounded);
  const text =
    size !== 0 && (size < 1e-4 || size >= 1e15)
      ? rounded.toExponential()
      : rounded.toLocaleString('en-US', plain);
  return text.replace('-', '−');
}

const plain: Intl.NumberFormatOptions = { maximumFractionDigits: 10, useGrouping: true };
