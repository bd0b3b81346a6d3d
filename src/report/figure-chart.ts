import type { ChartBand, ChartPoint, LineChart, LineSeries } from '../charts';

/** Levels of smoothing: weights of the running mean. */
export const smoothings = [0, 0.6, 0.9, 0.99] as const;

/** A line for the page's script to draw. */
export interface FigureLine {
  readonly run: string;
  readonly place: number;
  /** One line per level of `smoothings`. */
  readonly levels: readonly (readonly ChartPoint[])[];
}

/** A chart for the page's script to redraw in the reader's colours, with the chosen smoothing. */
export interface FigureData {
  readonly id: string;
  readonly title: string;
  readonly lines: readonly FigureLine[];
  readonly band: ChartBand | null;
  /** Whether it has enough values to be smoothed by default. */
  readonly isLong: boolean;
}

/** Returns what `lineChart` draws at a level of smoothing; a smoothed line has its raw values in a pale colour behind it. */
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
