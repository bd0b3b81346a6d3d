import type { MarkdownRenderer } from 'vitepress';

/** The longest code within a sentence that stays on one line of a phone. */
const characters = 28;

/** Marks short code within sentences with the class `short`: browsers otherwise break an option after its dashes. */
export function shortCode(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('short-code', (state) => {
    for (const { children } of state.tokens) {
      for (const token of children ?? []) {
        if (token.type === 'code_inline' && token.content.length <= characters)
          token.attrJoin('class', 'short');
      }
    }
  });
}
