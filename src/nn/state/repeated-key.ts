/**
 * The first key that stands twice in one object of a JSON text, or `null`. `JSON.parse` would keep the last in silence.
 * Takes time in proportion to the text, and no stack, however long its strings are.
 *
 * @param json a text that `JSON.parse` accepts.
 */
export function repeatedKey(json: string): string | null {
  // Keys of the objects that are open at the position; null stands for an open array.
  const open: (Set<string> | null)[] = [];
  const tokens = /["{}[\]]/g;
  for (let found = tokens.exec(json); found !== null; found = tokens.exec(json)) {
    const [token] = found;
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else {
      const end = endOfString(json, found.index);
      tokens.lastIndex = end;
      if (!isKey(json, end)) continue;
      const key = JSON.parse(json.slice(found.index, end)) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return null;
}

/** The position behind the string that begins at `start`. */
function endOfString(json: string, start: number): number {
  for (let quote = json.indexOf('"', start + 1); quote >= 0; quote = json.indexOf('"', quote + 1)) {
    let escapes = quote;
    while (json[escapes - 1] === '\\') escapes -= 1;
    // Of an even number, each one escapes another.
    if ((quote - escapes) % 2 === 0) return quote + 1;
  }
  return json.length;
}

function isKey(json: string, position: number): boolean {
  const next = /\S/g;
  next.lastIndex = position;
  return next.exec(json)?.[0] === ':';
}
