/** What a message shows at most of a value that may come from outside. */
const LONGEST = 2000;
const KEPT_AT_THE_END = 300;

/** A value as a message shows it: JSON, whatever is in it. */
export function valueText(value: unknown, replacer?: (key: string, part: unknown) => unknown): string {
  try {
    // Typed as a text always, but of a function there is none.
    const text = JSON.stringify(value, replacer) as string | undefined;
    return text ?? String(value);
  } catch {
    // Thousands of levels take more stack than there is.
    return Array.isArray(value) ? 'a list nested too deeply' : 'an object nested too deeply';
  }
}

/** A text without its middle, where it is longer than anybody reads. */
export function shortened(text: string): string {
  if (text.length <= LONGEST) return text;
  return `${text.slice(0, LONGEST - KEPT_AT_THE_END)} [...] ${text.slice(-KEPT_AT_THE_END)}`;
}
