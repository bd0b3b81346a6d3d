/** What a message shows at most of a value that may come from outside. */
const LONGEST = 2000;
const KEPT_AT_THE_END = 300;

/** A value as a message shows it: JSON, whatever is in it, and by their names the numbers that JSON cannot say. */
export function valueText(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint' || value === undefined) return String(value);
  if (typeof value === 'function') return 'a function';
  try {
    // Typed as a text always; of a symbol there is none.
    const text = JSON.stringify(value, (_, part: unknown) => nameOfNumber(part)) as string | undefined;
    return text ?? typeof value;
  } catch {
    // Thousands of levels take more stack than there is.
    return Array.isArray(value) ? 'a list nested too deeply' : 'an object nested too deeply';
  }
}

function nameOfNumber(part: unknown): unknown {
  const isNamed = typeof part === 'bigint' || (typeof part === 'number' && !Number.isFinite(part));
  return isNamed ? String(part) : part;
}

/** A text without its middle, where it is longer than anybody reads. */
export function shortened(text: string): string {
  if (text.length <= LONGEST) return text;
  return `${text.slice(0, LONGEST - KEPT_AT_THE_END)} [...] ${text.slice(-KEPT_AT_THE_END)}`;
}
