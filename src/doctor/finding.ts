/** What one look at the machine found: one line of the doctor's report. */
export interface Finding {
  /** What was looked at: one or two words. */
  readonly name: string;
  /** `unchecked` where an earlier failure stands in the way. */
  readonly state: 'ok' | 'failed' | 'unchecked';
  /** What was seen, with its numbers. */
  readonly detail: string;
  /** What to do about a failure: `null` for everything else. */
  readonly fix: string | null;
}

export function ok(name: string, detail: string): Finding {
  return { name, state: 'ok', detail, fix: null };
}

export function failed(name: string, detail: string, fix: string): Finding {
  return { name, state: 'failed', detail, fix };
}

export function unchecked(name: string, detail: string): Finding {
  return { name, state: 'unchecked', detail, fix: null };
}
