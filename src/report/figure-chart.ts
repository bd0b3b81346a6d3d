import type { ChartBand, ChartPoint, LineChart, LineSeries } from '../charts';

/** By how much lines can be smoothed: weights of the mean so far. */
export const smoothings = [0, 0.6, 0.9, 0.99] as const;

/** A line as the page's script draws it. */
export interface FigureLine {
  readonly run: string;
  readonly place: number;
  /** A line for each of `smoothings`. */
  readonly levels: readonly (readonly ChartPoint[])[];
}

/** A chart as the page's script draws it again: in the reader's colours, smoothed as the reader wants. */
export interface FigureData {
  readonly id: string;
  readonly title: string;
  readonly lines: readonly FigureLine[];
  readonly band: ChartBand | null;
  /** Whether it has so many values that it is smoothed at first. */
  readonly isLong: boolean;
}

/** What `lineChart` draws at a level of smoothing; with one, the values themselves stand pale behind the line. */
export function figureChart({ title, lines, band }: FigureData, level: number): LineChart {
  const of = ({ run, place, levels }: FigureLine, at: number): LineSeries => ({
    name: run,
    place,
    points: levels[at] ?? [],
  });
  return {
    title,
    x: { name: 'updates' },
    y: { name: '' },
    band: band ?? undefined,
    series: [
      ...(level === 0 ? [] : lines.map((line) => ({ ...of(line, 0), isBackground: true }))),
      ...lines.map((line) => of(line, level)),
    ],
  };
}
