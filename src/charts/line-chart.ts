import type { Json } from '../contracts';
import { axisOf, frameOf } from './option';
import type { ChartOption, ValueAxis } from './option';
import { chartDashes, chartTheme, seriesColour } from './theme';
import type { ChartTheme } from './theme';

/** A point of a chart; a non-finite y leaves a gap. */
export type ChartPoint = readonly [x: number, y: number];

/** A line of a chart. */
export interface LineSeries {
  readonly name: string;
  /** Points in order of ascending x. */
  readonly points: readonly ChartPoint[];
  /** Index of its colour and dashes in the theme (default: its index in the list). */
  readonly place?: number;
  /** Draws the line pale and without a legend entry, for the values behind a smoothed line. */
  readonly isBackground?: boolean;
}

/** A range of y with a meaning, such as a collapse. */
export interface ChartBand {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

export interface LineChart {
  readonly title: string;
  readonly x: ValueAxis;
  readonly y: ValueAxis;
  readonly series: readonly LineSeries[];
  readonly band?: ChartBand | undefined;
  /** Default: light. */
  readonly theme?: ChartTheme;
  /** Whether the picture contains the title (default: `true`). */
  readonly showTitle?: boolean;
}

/** Lines of up to this many points have markers, so that a line of one point is visible. */
const MARKED = 24;

/** A line chart over a numeric axis; each line has its own colour and dashes. */
export function lineChart(chart: LineChart): ChartOption {
  const { title, x, y, series, band, theme = chartTheme('light'), showTitle = true } = chart;
  const legend = series.filter(({ isBackground }) => isBackground !== true).map(({ name }) => name);
  const frame = frameOf({ title, theme, showTitle, legend });
  return {
    ...frame,
    tooltip: { ...(frame['tooltip'] as ChartOption), trigger: 'axis' },
    xAxis: { ...axisOf(x, theme, 'x'), min: x.min ?? 'dataMin', max: x.max ?? 'dataMax' },
    yAxis: axisOf(withBand(y, band), theme, 'y'),
    series: [
      ...series.map((line, index) => lineOf(line, line.place ?? index, theme)),
      ...(band === undefined ? [] : [bandOf(band, theme)]),
    ],
  };
}

function lineOf({ name, points, isBackground = false }: LineSeries, place: number, theme: ChartTheme): Json {
  const isMarked = points.length <= MARKED && !isBackground;
  const color = seriesColour(theme, place);
  const dash = chartDashes[place % chartDashes.length] ?? 'solid';
  return {
    name,
    type: 'line',
    data: points.map(([x, y]) => [x, Number.isFinite(y) ? y : null]),
    showSymbol: isMarked,
    symbolSize: 5,
    itemStyle: { color },
    lineStyle: {
      color,
      width: isBackground ? 1 : 2,
      opacity: isBackground ? 0.35 : 1,
      type: typeof dash === 'string' ? dash : [...dash],
    },
    ...(isBackground && { silent: true, tooltip: { show: false } }),
    emphasis: { disabled: true },
  };
}

/** Keeps a band visible even if no value comes near it. */
function withBand(y: ValueAxis, band: ChartBand | undefined): ValueAxis {
  return band === undefined || y.min !== undefined ? y : { ...y, min: band.from };
}

function bandOf({ from, to, label }: ChartBand, theme: ChartTheme): Json {
  return {
    name: label,
    type: 'line',
    data: [],
    silent: true,
    tooltip: { show: false },
    markArea: {
      silent: true,
      itemStyle: { color: theme.warning, opacity: 0.14 },
      label: { color: theme.text, position: 'insideBottomLeft', fontSize: 11 },
      data: [[{ name: label, yAxis: from }, { yAxis: to }]],
    },
  };
}
