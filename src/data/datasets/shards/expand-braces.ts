/** More than any data set has shards. */
const MOST_PATHS = 100_000;

const braces = /\{([^{}]*)\}/;
const range = /^(\d{1,9})\.\.(\d{1,9})$/;

/**
 * Returns the paths that a pattern stands for, as expanded by shells: `{0000..0009}` counts, with the digits of its
 * ends if one starts with a zero, and `{train,val}` lists alternatives. Other braces are left unchanged.
 *
 * @throws Error if there are too many.
 */
export function expandBraces(pattern: string): string[] {
  const parts = partsOf(pattern);
  const total = parts.reduce((product, choices) => product * choices.length, 1);
  if (total > MOST_PATHS) throw new Error(`stands for ${total} paths, more than ${MOST_PATHS}`);
  return parts.reduce<string[]>(
    (paths, choices) => paths.flatMap((path) => choices.map((choice) => path + choice)),
    [''],
  );
}

/** Splits the pattern into pieces, with the alternatives of each. */
function partsOf(pattern: string): string[][] {
  const found = braces.exec(pattern);
  if (found === null) return [[pattern]];
  const [whole, inner = ''] = found;
  const choices = choicesOf(inner) ?? [whole];
  return [[pattern.slice(0, found.index)], choices, ...partsOf(pattern.slice(found.index + whole.length))];
}

function choicesOf(inner: string): string[] | null {
  const ends = range.exec(inner);
  if (ends === null) return inner.includes(',') ? inner.split(',') : null;
  const [, first = '', last = ''] = ends;
  const count = Math.abs(Number(last) - Number(first)) + 1;
  if (count > MOST_PATHS) throw new Error(`stands for ${count} paths, more than ${MOST_PATHS}`);
  const isPadded = [first, last].some((end) => end.length > 1 && end.startsWith('0'));
  const digits = isPadded ? Math.max(first.length, last.length) : 0;
  const step = Number(first) <= Number(last) ? 1 : -1;
  return Array.from({ length: count }, (_, at) => String(Number(first) + at * step).padStart(digits, '0'));
}
