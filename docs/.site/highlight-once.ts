import type { MarkdownRenderer } from 'vitepress';

/** Highlights each block of code once: VitePress renders a page for the reader and again for the search. */
export function highlightOnce({ options }: MarkdownRenderer): void {
  const { highlight } = options;
  if (typeof highlight !== 'function') return;
  const known = new Map<string, string>();
  options.highlight = (...block) => {
    const key = JSON.stringify(block);
    const text = known.get(key) ?? highlight(...block);
    known.set(key, text);
    return text;
  };
}
