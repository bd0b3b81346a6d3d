import type { MarkdownRenderer } from 'vitepress';
import { addressOnSite } from './source-pages';

/** Lets links to files of the project lead to their pages on the site; the text of a link to a file without a page remains. */
export function sourceLinks(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('source-links', (state) => {
    const { relativePath } = state.env as { relativePath?: string };
    const page = (relativePath ?? '').replace(/\.md$/, '');
    for (const { children } of state.tokens) {
      let open = false;
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const address = addressOnSite(page, String(token.attrGet('href')));
          open = address === undefined;
          if (address === undefined) hide(token);
          else token.attrSet('href', address);
        } else if (token.type === 'link_close' && open) {
          hide(token);
          open = false;
        }
      }
    }
  });
}

function hide(token: { type: string; tag: string; content: string }): void {
  token.type = 'text';
  token.tag = '';
  token.content = '';
}
