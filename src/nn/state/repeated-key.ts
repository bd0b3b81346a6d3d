/**
 * The first key that stands twice in one object of a JSON text, or `null`. `JSON.parse` would keep the last in silence.
 *
 * @param json a text that `JSON.parse` accepts.
 */
export function repeatedKey(json: string): string | null {
  // Keys of the objects that are open at the position; null stands for an open array.
  const open: (Set<string> | null)[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;
  for (const [token, colon] of json.matchAll(tokens)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (colon !== undefined) {
      const key = JSON.parse(token.slice(0, -colon.length)) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return null;
}
