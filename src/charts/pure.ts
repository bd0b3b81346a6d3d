/** The drawing functions that work in Node and in browsers alike; none depends on either. */
export { barChart } from './bar-chart';
export type { BarChart, BarSeries } from './bar-chart';
export { dataTable } from './data-table';
export type { DataTable, TableCell } from './data-table';
export { downsample } from './downsample';
export { escapeHtml } from './escape-html';
export { lineChart } from './line-chart';
export type { ChartBand, ChartPoint, LineChart, LineSeries } from './line-chart';
export type { ChartOption, ValueAxis } from './option';
export { scatterChart } from './scatter-chart';
export type { ScatterChart, ScatterGroup } from './scatter-chart';
export { shownNumber } from './shown-number';
export { smooth } from './smooth';
export { chartDashes, chartFont, chartSymbols, chartTheme, seriesColour } from './theme';
export type { ChartTheme, ColourScheme } from './theme';
