/** Attributes by name: `true` sets one without a value, `false` and `null` omit it. */
export type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Makes an element. Strings become text nodes and are never parsed as HTML.
 *
 * @example
 * element('p', { class: 'note' }, 'Read ', element('a', { href: '#top' }, 'the beginning'), '.')
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue;
    made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children);
  return made;
}

/**
 * Returns the element of the page with an id.
 *
 * @throws Error if the page has none, or one of another class.
 */
export function requireElement<Kind extends Element>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${kind.name} with the id "${id}".`);
}
