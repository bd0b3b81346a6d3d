/** A typed name of a service in the container: `Token<RunFolder>` resolves to a `RunFolder` and nothing else. */
export interface Token<T> {
  readonly key: symbol;
  readonly description: string;
  /** Only for the type checker. */
  readonly resolves?: T;
}

export function token<T>(description: string): Token<T> {
  return { key: Symbol(description), description };
}
