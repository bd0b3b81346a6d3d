import type {
  CurveChange,
  CurvePoints,
  LiveEnd,
  LiveFacts,
  LiveImage,
  LiveMessage,
  LiveProgress,
  LiveSnapshot,
  LiveUpdate,
} from '../../../contracts';

/** Maximum number of messages that the page keeps. */
const mostMessages = 200;

/** The page's data about the run: a snapshot and the changes since. */
export class RunModel {
  facts: LiveFacts | null = null;
  progress: LiveProgress | null = null;
  end: LiveEnd | null = null;
  leftOut = 0;
  images: readonly LiveImage[] = [];
  messages: LiveMessage[] = [];
  /** Curves by kind and name. */
  readonly curves = new Map<string, CurvePoints>();

  replace(snapshot: LiveSnapshot): void {
    this.facts = snapshot.facts;
    this.progress = snapshot.progress;
    this.end = snapshot.end;
    this.leftOut = snapshot.leftOut;
    this.images = snapshot.images;
    this.messages = [...snapshot.messages];
    this.curves.clear();
    for (const curve of snapshot.curves) this.curves.set(keyOf(curve), curve);
  }

  update({ curves, messages, images, progress, end, leftOut }: LiveUpdate): void {
    for (const change of curves ?? [])
      this.curves.set(keyOf(change), changed(this.curves.get(keyOf(change)), change));
    if (messages !== undefined) this.messages = [...this.messages, ...messages].slice(-mostMessages);
    this.images = images ?? this.images;
    this.progress = progress ?? this.progress;
    this.end = end ?? this.end;
    this.leftOut = leftOut ?? this.leftOut;
  }
}

function keyOf({ kind, name }: CurvePoints): string {
  return `${kind}:${name}`;
}

function changed(before: CurvePoints | undefined, { from, ...change }: CurveChange): CurvePoints {
  if (before === undefined || from === 0) return change;
  const joined = <T>(old: readonly T[], more: readonly T[]): T[] => [...old.slice(0, from), ...more];
  return {
    ...change,
    steps: joined(before.steps, change.steps),
    means: joined(before.means, change.means),
    lows: joined(before.lows, change.lows),
    highs: joined(before.highs, change.highs),
    broken: joined(before.broken, change.broken),
  };
}
