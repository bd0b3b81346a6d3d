import type { CurvePoints, LiveFacts, MetricBand, OtherRun } from '../../../contracts';
import { CurveFigure } from './curve-figure';
import type { NamedCurve } from './curve-figure';

export interface DrawingOptions {
  readonly smoothing: number;
  readonly logarithmic: boolean;
}

/** The data from which the figures are made. */
export interface DrawnCurves {
  readonly facts: LiveFacts;
  readonly curves: Iterable<CurvePoints>;
  readonly other: OtherRun | null;
}

/** The rates of all groups and optimisers share a figure. */
const ratesTitle = 'Learning rate';

/** The figures of all metrics, the most important first. */
export class CurvesView {
  private readonly figures = new Map<string, CurveFigure>();
  /** The data shown by each figure, so that unchanged figures are not redrawn. */
  private readonly shown = new Map<string, readonly unknown[]>();
  private readonly dark = window.matchMedia('(prefers-color-scheme: dark)');

  /** @param onTheme called when the reader's colour scheme has changed. */
  constructor(
    private readonly place: HTMLElement,
    onTheme: () => void,
  ) {
    this.dark.addEventListener('change', onTheme);
  }

  show({ facts, curves, other }: DrawnCurves, options: DrawingOptions): void {
    const groups = grouped(curves, other, facts.version);
    const titles = [...groups.keys()].sort(
      (a, b) => rank(a, facts.bands) - rank(b, facts.bands) || a.localeCompare(b),
    );
    for (const title of titles) {
      const named = groups.get(title) ?? [];
      const band = facts.bands.find(({ metric }) => metric === title);
      const content = { curves: named, band, ...options, dark: this.dark.matches };
      const marks = [
        ...named.flatMap(({ label, points }) => [label, points]),
        options.smoothing,
        options.logarithmic,
        content.dark,
      ];
      if (isSame(this.shown.get(title), marks)) continue;
      this.shown.set(title, marks);
      this.figureOf(title).show(content);
    }
    for (const [title, figure] of this.figures) {
      if (groups.has(title)) continue;
      figure.node.remove();
      this.figures.delete(title);
      this.shown.delete(title);
    }
    this.arrange(titles);
  }

  private figureOf(title: string): CurveFigure {
    const known = this.figures.get(title);
    if (known !== undefined) return known;
    const figure = new CurveFigure(title);
    this.figures.set(title, figure);
    // Its chart takes its size from the page.
    this.place.append(figure.node);
    return figure;
  }

  private arrange(titles: readonly string[]): void {
    const nodes = titles.flatMap((title) => this.figures.get(title)?.node ?? []);
    if (!isSame([...this.place.children], nodes)) this.place.replaceChildren(...nodes);
  }
}

/** Groups curves by the title of their figure. */
function grouped(
  curves: Iterable<CurvePoints>,
  other: OtherRun | null,
  version: string,
): Map<string, NamedCurve[]> {
  const groups = new Map<string, NamedCurve[]>();
  const add = (points: CurvePoints, run: string, places: number): void => {
    const isRate = points.name.startsWith('lr-');
    const title = isRate ? ratesTitle : points.name;
    const group = groups.get(title) ?? [];
    groups.set(title, group);
    const parts = [
      ...(run === '' ? [] : [run]),
      ...(isRate ? [points.name] : []),
      ...(points.kind === 'epoch' ? ['epochs'] : []),
    ];
    const label = parts.length === 0 ? 'this run' : parts.join(', ');
    group.push({ label, place: isRate ? group.length : places + (points.kind === 'epoch' ? 2 : 0), points });
  };
  for (const points of curves) add(points, other === null ? '' : version, 0);
  for (const points of other?.curves ?? []) add(points, other?.name ?? '', 1);
  return groups;
}

/** Returns a rank for sorting: smaller comes first. */
function rank(title: string, bands: readonly MetricBand[]): number {
  if (/loss/i.test(title)) return 0;
  if (bands.some(({ metric }) => metric === title)) return 1;
  if (/acc|knn|probe|rank/i.test(title)) return 2;
  if (title === ratesTitle) return 3;
  return title === 'samples_per_second' ? 4 : 5;
}

function isSame(before: readonly unknown[] | undefined, now: readonly unknown[]): boolean {
  return (
    before !== undefined && before.length === now.length && before.every((one, index) => one === now[index])
  );
}
