/** Whether a name has a meaning on every object, such as `constructor`, for which it could be mistaken as a key. */
export function isObjectProperty(name: string): boolean {
  return name in Object.prototype;
}

/** Returns values by names that users choose: an object without any other properties, whatever the names are. */
export function namedValues<T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> {
  const values = Object.create(null) as Record<string, T>;
  for (const [name, value] of entries) values[name] = value;
  return values;
}

/** The longest name that leaves room for the endings of files. */
const MOST_BYTES = 200;

/** Whether a name can be that of a file or a folder, and leads nowhere else. */
export function isPathName(name: string): boolean {
  if (name === '' || name === '.' || name === '..' || Buffer.byteLength(name) > MOST_BYTES) return false;
  // eslint-disable-next-line no-control-regex
  return !/[/\\\u0000-\u001f\u007f]/.test(name);
}
