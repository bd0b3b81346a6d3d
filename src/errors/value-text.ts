/** The most characters that a message shows of a value that may come from outside. */
const LONGEST = 2000;
const KEPT_AT_THE_END = 300;

/** Formats a value for a message: as JSON, with the names of numbers that JSON has no notation for. */
export function valueText(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint' || value === undefined) return String(value);
  if (typeof value === 'function') return 'a function';
  try {
    // The type says string, except for a symbol the result is undefined.
    const text = JSON.stringify(value, (_, part: unknown) => nameOfNumber(part)) as string | undefined;
    return text ?? typeof value;
  } catch {
    // Thousands of levels exceed the stack.
    return Array.isArray(value) ? 'a list nested too deeply' : 'an object nested too deeply';
  }
}

function nameOfNumber(part: unknown): unknown {
  const isNamed = typeof part === 'bigint' || (typeof part === 'number' && !Number.isFinite(part));
  return isNamed ? String(part) : part;
}

/** Leaves out the middle of a text that is too long to read. */
export function shortened(text: string): string {
  if (text.length <= LONGEST) return text;
  return `${text.slice(0, LONGEST - KEPT_AT_THE_END)} [...] ${text.slice(-KEPT_AT_THE_END)}`;
}
