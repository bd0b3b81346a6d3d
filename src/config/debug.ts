type Variables = Readonly<Record<string, string | undefined>>;

/** Whether the user asked for the stack traces of errors, by `FULGUR_DEBUG=1`. */
export function wantsStackTraces(variables: Variables = process.env): boolean {
  return !['', '0', 'false', undefined].includes(variables['FULGUR_DEBUG']);
}
