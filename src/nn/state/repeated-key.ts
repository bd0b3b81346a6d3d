/**
 * Returns the first key that occurs twice in one object of a JSON text, or `null`. `JSON.parse` would silently keep the
 * last one. Takes time proportional to the length of the text, and no stack, however long its strings are.
 *
 * @param json a text that `JSON.parse` accepts.
 */
export function repeatedKey(json: string): string | null {
  // The keys of the objects that are open at the current position; null stands for an open array.
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

/** Returns the position after the string that starts at `start`. */
function endOfString(json: string, start: number): number {
  for (let quote = json.indexOf('"', start + 1); quote >= 0; quote = json.indexOf('"', quote + 1)) {
    let escapes = quote;
    while (json[escapes - 1] === '\\') escapes -= 1;
    // In an even number of backslashes, each pair is an escaped backslash.
    if ((quote - escapes) % 2 === 0) return quote + 1;
  }
  return json.length;
}

function isKey(json: string, position: number): boolean {
  const next = /\S/g;
  next.lastIndex = position;
  return next.exec(json)?.[0] === ':';
}
