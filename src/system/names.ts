/** Whether a name means something to every object, such as `constructor`: as a key it can be taken for that. */
export function isObjectProperty(name: string): boolean {
  return name in Object.prototype;
}

/** Values by names that users choose: an object that has nothing but them, whatever they are called. */
export function namedValues<T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> {
  const values = Object.create(null) as Record<string, T>;
  for (const [name, value] of entries) values[name] = value;
  return values;
}

/** More does not fit beside the endings that files get. */
const MOST_BYTES = 200;

/** Whether a name can be that of a file or a folder, and leads nowhere else. */
export function isPathName(name: string): boolean {
  if (name === '' || name === '.' || name === '..' || Buffer.byteLength(name) > MOST_BYTES) return false;
  // eslint-disable-next-line no-control-regex
  return !/[/\\\u0000-\u001f\u007f]/.test(name);
}
