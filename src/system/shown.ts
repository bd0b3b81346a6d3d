/** Replaces a secret. */
export const hidden = '***';

/**
 * `user:password@` or `token@` before the host of an address, with or without its scheme; also a password with
 * characters that make it an invalid address, such as a slash.
 */
const login = /\/\/(?:[^\s/?#'"<>]{1,1024}@|[^\s/?#@:'"<>]{0,256}:(?!\d{1,5}(?:[/?#]|$))[^\s'"<>@]{0,256}@)/g;
/** Names of secrets in a query, a fragment or a form: `token=`, `X-Amz-Signature=`, `api_key=`. */
const secretField =
  /(?<=[?&#;])([\w.~-]{0,64}(?:token|secret|passw(?:or)?d|pwd|passphrase|signature|credential|api[_-]?key|access[_-]?key|auth)[\w.~-]{0,64}|sig|key)=[^&#;\s'"<>]*/gi;

/** Hides the secrets of the addresses in a text: logins, and parameters that are named after a secret. */
export function redacted(text: string): string {
  return text.includes('//') || text.includes('=')
    ? text.replace(login, `//${hidden}@`).replace(secretField, `$1=${hidden}`)
    : text;
}

/** Does the same for every text in plain data; keys are unchanged. */
export function redactedData<T>(value: T): T {
  if (typeof value === 'string') return redacted(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => redactedData(item)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactedData(item)])) as T;
}

/**
 * Characters that move a terminal's cursor, change its settings, or change the direction of writing: C0 and C1
 * controls, line and paragraph separators, marks and overrides of direction.
 */
// eslint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
// eslint-disable-next-line no-control-regex
const colour = /(\u001b\[[0-9;]*m)/;

const short: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** Returns a text as one line that a terminal only displays: other characters are spelt out, for example `\x1b`. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => short.get(character) ?? spelt(character));
}

function spelt(character: string): string {
  const code = character.charCodeAt(0);
  return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** Does the same as `printable` for a line of another program: its colours and tabs are kept. */
export function printableLine(line: string): string {
  return line
    .split(colour)
    .map((part, index) => (index % 2 === 1 ? part : part.split('\t').map(printable).join('\t')))
    .join('');
}

/** Returns a line as it may be shown to the user, whatever external names and messages it contains. */
export function shown(text: string): string {
  return printable(redacted(text));
}
