import type { Comment, CommentDisplayPart } from 'typedoc';
import { Reflection } from 'typedoc';
import { block, firstSentence, paragraphs, safeProse } from './markdown';
import type { Places } from './places';

/** A docstring's prose as Markdown; names of exports in it are links. */
export function proseOf(parts: readonly CommentDisplayPart[], places: Places, page: string): string {
  return parts
    .map((part) => {
      if (part.kind === 'text') return safeProse(part.text);
      if (part.kind === 'code') return codeOf(part.text, places, page);
      if (part.kind !== 'inline-tag') return '';
      const target = part.target instanceof Reflection ? places.of(part.target) : null;
      const text = part.text === '' ? (target?.name ?? '') : part.text;
      return target === null ? `\`${text}\`` : `[\`${text}\`](${places.link(target, page)})`;
    })
    .join('')
    .trim();
}

function codeOf(text: string, places: Places, page: string): string {
  const [, name = ''] = /^`([\w.]+)(?:\(\))?`$/.exec(text) ?? [];
  const place = name.length > 2 ? places.named(name) : null;
  return place === null ? text : `[${text}](${places.link(place, page)})`;
}

/** The prose of a docstring, without its tags. */
export function summaryOf(comment: Comment | undefined, places: Places, page: string): string {
  return comment === undefined ? '' : proseOf(comment.summary, places, page);
}

/** Its first sentence, for a line in a table. */
export function sentenceOf(comment: Comment | undefined, places: Places, page: string): string {
  return firstSentence(summaryOf(comment, places, page));
}

/** What it returns and throws, and examples. */
export function tagsOf(comment: Comment | undefined, places: Places, page: string): string {
  const texts = (tag: `@${string}`): string[] =>
    (comment?.getTags(tag) ?? []).map(({ content }) => proseOf(content, places, page));
  return paragraphs(
    ...texts('@returns').map((text) => `**Returns** ${text}`),
    ...texts('@throws').map((text) => `**Throws** ${text.replace(/^`?FulgurError`?\s+(?=`)/, '')}`),
    ...texts('@remarks'),
    ...texts('@see').map((text) => `**See** ${text}`),
    ...texts('@example').map((text) => paragraphs('**Example**', text.includes('```') ? text : block(text))),
  );
}
