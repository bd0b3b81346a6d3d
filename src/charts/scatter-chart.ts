import { axisOf, frameOf } from './option';
import type { ChartOption, LegendSide, ValueAxis } from './option';
import { chartSymbols, chartTheme, seriesColour } from './theme';
import type { ChartTheme } from './theme';

/** Points of one class or cluster. */
export interface ScatterGroup {
  readonly name: string;
  /** x, y and, if known, the row that the point stands for. */
  readonly points: readonly (readonly number[])[];
}

export interface ScatterChart {
  readonly title: string;
  readonly x: ValueAxis;
  readonly y: ValueAxis;
  readonly groups: readonly ScatterGroup[];
  /** Diameter of a point in pixels (default: 5 to 10, depending on the number of points). */
  readonly size?: number;
  readonly theme?: ChartTheme;
  readonly showTitle?: boolean;
  readonly legendSide?: LegendSide;
}

/** A scatter chart of groups of points. Each group has its own colour, and its own mark once the colours are used up. */
export function scatterChart(chart: ScatterChart): ChartOption {
  const { title, x, y, groups, theme = chartTheme('light'), showTitle = true, legendSide } = chart;
  const count = groups.reduce((sum, { points }) => sum + points.length, 0);
  const size = chart.size ?? (count > 2000 ? 5 : count > 500 ? 7 : 10);
  const frame = frameOf({ title, theme, showTitle, legend: groups.map(({ name }) => name), legendSide });
  return {
    ...frame,
    tooltip: { ...(frame['tooltip'] as ChartOption), trigger: 'item' },
    xAxis: { ...axisOf(x, theme, 'x'), splitLine: { show: false } },
    yAxis: { ...axisOf(y, theme, 'y'), splitLine: { show: false } },
    series: groups.map(({ name, points }, index) => ({
      name,
      type: 'scatter',
      data: points.map((point) => [...point]),
      symbol: symbolOf(index),
      symbolSize: size,
      itemStyle: {
        color: seriesColour(theme, index),
        opacity: 0.85,
        borderColor: theme.background,
        borderWidth: 0.5,
      },
      emphasis: { focus: 'series', scale: 1.6 },
      blur: { itemStyle: { opacity: 0.15 } },
    })),
  };
}

/** Neighbours in the list differ in both colour and mark. */
export function symbolOf(index: number): (typeof chartSymbols)[number] {
  return chartSymbols[index % chartSymbols.length] ?? 'circle';
}
