import type { Json } from '../contracts';
import { chartFont } from './theme';
import type { ChartTheme } from './theme';

/** A chart as plain data: an ECharts option without functions. */
export type ChartOption = Readonly<Record<string, Json>>;

/** A numeric axis. */
export interface ValueAxis {
  readonly name: string;
  /** `log` requires all values to be above 0 (default: `value`). */
  readonly type?: 'value' | 'log';
  readonly min?: number;
  readonly max?: number;
}

/** Properties of all charts. */
export interface ChartFrame {
  readonly title: string;
  readonly theme: ChartTheme;
  /** Whether the picture contains the title; a page shows it in its own text. */
  readonly showTitle: boolean;
  readonly legend: readonly string[];
  /** Position of the legend: above the chart in one line, or to its right in a column (default: above). */
  readonly legendSide?: LegendSide | undefined;
}

export type LegendSide = 'top' | 'right';

/** Space for a legend on the right. */
const LEGEND_WIDTH = 130;

/** Returns the parts of an option that are the same for all charts. */
export function frameOf({ title, theme, showTitle, legend, legendSide = 'top' }: ChartFrame): ChartOption {
  const hasLegend = legend.length > 1;
  const isAbove = legendSide === 'top';
  const head = showTitle ? 34 : 8;
  const top = head + (hasLegend && isAbove ? 30 : 8);
  const text = { color: theme.text, fontFamily: chartFont };
  return {
    animation: false,
    backgroundColor: 'transparent',
    color: [...theme.series],
    textStyle: { fontFamily: chartFont, color: theme.text },
    title: { show: showTitle, text: title, left: 0, top: 4, textStyle: { ...text, fontSize: 15 } },
    legend: {
      show: hasLegend,
      type: isAbove ? 'scroll' : 'plain',
      orient: isAbove ? 'horizontal' : 'vertical',
      top: isAbove ? (showTitle ? 32 : 4) : head + 8,
      ...(isAbove ? { left: 0 } : { right: 0 }),
      itemWidth: isAbove ? 25 : 14,
      data: [...legend],
      textStyle: text,
      pageTextStyle: text,
      pageIconColor: theme.text,
      pageIconInactiveColor: theme.line,
      inactiveColor: theme.mutedText,
      itemGap: 16,
    },
    grid: {
      left: 8,
      right: isAbove || !hasLegend ? 20 : LEGEND_WIDTH,
      top,
      bottom: 8,
      outerBoundsMode: 'same',
      outerBoundsContain: 'all',
    },
    tooltip: {
      confine: true,
      backgroundColor: theme.surface,
      borderColor: theme.line,
      textStyle: { ...text, fontSize: 12 },
    },
  };
}

/** Returns the option of a numeric axis. */
export function axisOf(axis: ValueAxis, theme: ChartTheme, placement: 'x' | 'y'): ChartOption {
  const { name, type = 'value', min, max } = axis;
  return {
    type,
    name,
    ...axisLook(theme, placement),
    scale: true,
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
  };
}

/** Returns the option of an axis of names. */
export function categoriesOf(
  names: readonly string[],
  name: string,
  theme: ChartTheme,
  placement: 'x' | 'y',
): ChartOption {
  const look = axisLook(theme, placement);
  const isTight = placement === 'x' && names.length > 6;
  return {
    ...look,
    type: 'category',
    name,
    data: [...names],
    splitLine: { show: false },
    axisTick: { show: false },
    axisLabel: { ...(look['axisLabel'] as ChartOption), interval: 0, ...(isTight && { rotate: 40 }) },
  };
}

function axisLook(theme: ChartTheme, placement: 'x' | 'y'): ChartOption {
  const muted = { color: theme.mutedText, fontFamily: chartFont };
  return {
    nameLocation: 'middle',
    nameGap: placement === 'x' ? 28 : 44,
    nameTextStyle: muted,
    axisLabel: { ...muted, hideOverlap: true },
    axisLine: { show: placement === 'x', onZero: false, lineStyle: { color: theme.mutedText } },
    axisTick: { show: false },
    splitLine: { show: placement === 'y', lineStyle: { color: theme.line } },
  };
}
