import type { StepValue, RunMetrics } from './reported-run';

/** Time at which a row was logged. */
export interface RowTime {
  readonly step: number;
  readonly epoch: number | null;
}

/** Collects rows in the order of a file; if a metric has several values at one step, the last one counts. */
export class MetricCollector {
  private readonly byName = new Map<string, Map<number, StepValue>>();
  private rows = 0;
  private repeated = 0;
  /** Number of lines without a valid row. */
  unreadable = 0;

  row({ step, epoch }: RowTime, values: Iterable<readonly [name: string, value: number]>): void {
    if (!Number.isFinite(step)) {
      this.unreadable += 1;
      return;
    }
    this.rows += 1;
    for (const [name, value] of values) {
      const bySteps = this.byName.get(name) ?? new Map<number, StepValue>();
      this.byName.set(name, bySteps);
      if (bySteps.has(step)) this.repeated += 1;
      bySteps.set(step, { step, epoch, value });
    }
  }

  /** Drops what was logged at a step and later, as a resumed run logs it again. */
  forgetFrom(step: number): void {
    for (const bySteps of this.byName.values()) {
      for (const known of bySteps.keys()) if (known >= step) bySteps.delete(known);
    }
  }

  metrics(source: string, remarks: readonly string[]): RunMetrics {
    const values = new Map<string, StepValue[]>();
    for (const [name, bySteps] of this.byName) {
      if (bySteps.size > 0)
        values.set(
          name,
          [...bySteps.values()].sort((a, b) => a.step - b.step),
        );
    }
    const { rows, repeated, unreadable } = this;
    return {
      ...{ source, values, rows, repeated },
      remarks: [
        ...remarks,
        ...(repeated === 0
          ? []
          : [`${repeated} values of ${source} were logged again at the same step; the last ones are shown.`]),
        ...(unreadable === 0
          ? []
          : [`${unreadable} lines of ${source} are not valid rows and were skipped.`]),
      ],
    };
  }
}
