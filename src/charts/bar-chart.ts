import type { Json } from '../contracts';
import { axisOf, categoriesOf, frameOf } from './option';
import type { ChartOption, ValueAxis } from './option';
import { chartTheme, seriesColour } from './theme';
import type { ChartTheme } from './theme';

/** One bar per category; `null` for a missing one. */
export interface BarSeries {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** Index of its colour in the theme (default: its index in the list). */
  readonly place?: number;
}

export interface BarChart {
  readonly title: string;
  readonly categories: readonly string[];
  /** What the categories stand for. */
  readonly categoryName?: string;
  readonly values: ValueAxis;
  readonly series: readonly BarSeries[];
  /** Whether the bars are horizontal (default: vertical). */
  readonly isHorizontal?: boolean;
  readonly theme?: ChartTheme;
  readonly showTitle?: boolean;
}

/** A bar chart with one group of bars per category. */
export function barChart(chart: BarChart): ChartOption {
  const { title, categories, categoryName = '', values, series, isHorizontal = false } = chart;
  const { theme = chartTheme('light'), showTitle = true } = chart;
  const frame = frameOf({ title, theme, showTitle, legend: series.map(({ name }) => name) });
  const names = categoriesOf(categories, categoryName, theme, isHorizontal ? 'y' : 'x');
  const numbers = axisOf(values, theme, isHorizontal ? 'x' : 'y');
  const fromZero: Json = { ...numbers, scale: false };
  return {
    ...frame,
    tooltip: { ...(frame['tooltip'] as ChartOption), trigger: 'axis', axisPointer: { type: 'shadow' } },
    xAxis: isHorizontal
      ? { ...fromZero, splitLine: { show: true, lineStyle: { color: theme.line } } }
      : names,
    yAxis: isHorizontal ? { ...names, inverse: true } : fromZero,
    series: series.map(({ name, values: heights, place }, index) => ({
      name,
      type: 'bar',
      barGap: '5%',
      itemStyle: { color: seriesColour(theme, place ?? index) },
      data: heights.map((height) => (height === null || !Number.isFinite(height) ? '-' : height)),
    })),
  };
}
