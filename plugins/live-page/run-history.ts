import { z } from 'zod';
import type { CurvePoints, LiveMessage, LiveUpdate, MetricRow } from '../../src';
import { Curve, curveSchema } from './curve';

/** Maximum number of points of a curve: about as many as a screen shows. */
const pointsOfCurve = 600;
const mostCurves = 100;
const mostMessages = 200;
const longestMessage = 2000;

/** Schema of what `saved` returns. */
export const savedCurves = z.array(curveSchema.extend({ lastCount: z.number().int().nonnegative() }));

export type SavedCurve = z.output<typeof savedCurves>[number];

/** The metrics and messages of a run; their size is bounded, however long the run. */
export class RunHistory {
  private readonly curves = new Map<string, Curve>();
  private readonly leftOut = new Set<string>();
  private readonly said: LiveMessage[] = [];
  /** Number of messages that `takeUpdate` has not returned, and of omitted metrics that it has. */
  private newMessages = 0;
  private leftOutTold = 0;

  /** @param capacity maximum number of points of a curve. */
  constructor(private readonly capacity = pointsOfCurve) {}

  addRow({ kind, step, values }: Pick<MetricRow, 'kind' | 'step' | 'values'>): void {
    for (const [name, value] of Object.entries(values)) this.add(name, kind, step, value);
  }

  add(name: string, kind: CurvePoints['kind'], step: number, value: number): void {
    const key = `${kind}:${name}`;
    let curve = this.curves.get(key);
    if (curve === undefined) {
      if (this.curves.size >= mostCurves) {
        if (this.leftOut.size < mostCurves) this.leftOut.add(key);
        return;
      }
      this.curves.set(key, (curve = new Curve(name, kind, this.capacity)));
    }
    curve.add(step, value);
  }

  addMessage(message: LiveMessage): void {
    const text =
      message.text.length > longestMessage ? `${message.text.slice(0, longestMessage)}…` : message.text;
    this.said.push({ ...message, text });
    if (this.said.length > mostMessages) this.said.shift();
    this.newMessages = Math.min(this.newMessages + 1, mostMessages);
  }

  /** Puts the messages of an earlier start before those of this one. */
  recallMessages(messages: readonly LiveMessage[]): void {
    this.said.unshift(...messages.slice(Math.max(0, messages.length - (mostMessages - this.said.length))));
  }

  get messages(): readonly LiveMessage[] {
    return this.said;
  }

  get leftOutCount(): number {
    return this.leftOut.size;
  }

  points(): CurvePoints[] {
    return [...this.curves.values()].map((curve) => curve.all());
  }

  /** Returns the changes since the last call; empty if there are none. */
  takeUpdate(): Pick<LiveUpdate, 'curves' | 'messages' | 'leftOut'> {
    const curves = [...this.curves.values()].flatMap((curve) => curve.takeChange() ?? []);
    const messages = this.newMessages === 0 ? [] : this.said.slice(-this.newMessages);
    this.newMessages = 0;
    const isMoreLeftOut = this.leftOut.size > this.leftOutTold;
    this.leftOutTold = this.leftOut.size;
    return {
      ...(curves.length === 0 ? {} : { curves }),
      ...(messages.length === 0 ? {} : { messages }),
      ...(isMoreLeftOut ? { leftOut: this.leftOut.size } : {}),
    };
  }

  /** Returns the curves as plain data, to continue with in another start of the run. */
  saved(): SavedCurve[] {
    return [...this.curves.values()].map((curve) => ({ ...copied(curve.all()), lastCount: curve.lastCount }));
  }

  /** Replaces the current contents. */
  restore(saved: readonly SavedCurve[]): void {
    this.curves.clear();
    for (const { lastCount, ...points } of saved.slice(0, mostCurves)) {
      this.curves.set(`${points.kind}:${points.name}`, Curve.from(points, lastCount, this.capacity));
    }
  }
}

/** Returns the columns as separate lists, in the form in which they are read. */
function copied({ steps, means, lows, highs, broken, ...rest }: CurvePoints) {
  return {
    ...rest,
    ...{ steps: [...steps], means: [...means], lows: [...lows], highs: [...highs], broken: [...broken] },
  };
}
