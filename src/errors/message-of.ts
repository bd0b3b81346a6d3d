/** Returns the message of a thrown value, even of errors from another realm, for which `instanceof Error` fails. */
export function messageOf(thrown: unknown): string {
  const message: unknown =
    typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, 'message') : undefined;
  return typeof message === 'string' ? message : String(thrown);
}
