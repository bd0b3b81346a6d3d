/** The split named by a word. */
export type SplitWord = 'train' | 'test' | 'val';

const usual: Readonly<Record<string, SplitWord>> = {
  train: 'train',
  training: 'train',
  test: 'test',
  testing: 'test',
  val: 'val',
  valid: 'val',
  validation: 'val',
};

/** The accepted words, for messages. */
export const splitWords = Object.keys(usual).join(', ');

/** Returns the split that a word usually stands for, in upper or lower case; `null` for any other word. */
export function splitOf(word: string): SplitWord | null {
  const lower = word.toLowerCase();
  return Object.hasOwn(usual, lower) ? (usual[lower] ?? null) : null;
}
