/** The result of one check of the machine: one line of the doctor's report. */
export interface Finding {
  /** What was checked, in one or two words. */
  readonly name: string;
  /** `unchecked` if an earlier failure prevents the check. */
  readonly state: 'ok' | 'failed' | 'unchecked';
  /** What was found, with numbers. */
  readonly detail: string;
  /** What to do about a failure; `null` for everything else. */
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
