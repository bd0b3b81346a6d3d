type Variables = Readonly<Record<string, string | undefined>>;

/** What an output can do with escape sequences. */
export interface TerminalAbilities {
  /** Lines can be drawn anew in place. */
  readonly redraws: boolean;
  readonly colours: boolean;
}

/**
 * What may be written to an output: `TERM=dumb` is a terminal that only takes lines, `NO_COLOR` takes colours away, and
 * `FORCE_COLOR` gives them also to what is no terminal, or with 0 to none.
 */
export function terminalAbilities(
  { isTTY }: { readonly isTTY?: boolean },
  variables: Variables = process.env,
): TerminalAbilities {
  const redraws = isTTY === true && variables['TERM'] !== 'dumb';
  return { redraws, colours: forcedColours(variables) ?? redraws };
}

/** `null` where nobody has decided. */
function forcedColours(variables: Variables): boolean | null {
  const force = variables['FORCE_COLOR'];
  if (force !== undefined) return !['0', 'false'].includes(force);
  return (variables['NO_COLOR'] ?? '') === '' ? null : false;
}
