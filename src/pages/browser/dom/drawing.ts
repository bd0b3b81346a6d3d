import { BarChart, LineChart, ScatterChart } from 'echarts/charts';
import {
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
  TooltipComponent,
} from 'echarts/components';
import { init, use } from 'echarts/core';
import type { EChartsType } from 'echarts/core';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';
import type { ChartOption } from '../../../charts/option';

use([
  ...[BarChart, LineChart, ScatterChart, CanvasRenderer, SVGRenderer],
  ...[DataZoomComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent],
  ...[TitleComponent, TooltipComponent],
]);

/** A chart in a page, as wide as its place is. */
export interface Drawing {
  /** ECharts' own, for what an option of plain data cannot say. */
  readonly chart: EChartsType;
  /** Draws another option in the place of the last one; which series the reader has hidden stays so. */
  show(option: ChartOption): void;
  dispose(): void;
}

/** Begins a chart in an element that has a height; `canvas` for thousands of points. */
export function drawIn(place: HTMLElement, renderer: 'svg' | 'canvas' = 'svg'): Drawing {
  const chart = init(place, null, { renderer });
  const observer = new ResizeObserver(() => chart.resize());
  observer.observe(place);
  return {
    chart,
    show: (option) => {
      const [legend] = (chart.getOption() as { legend?: { selected?: object }[] } | undefined)?.legend ?? [];
      chart.setOption(option, { notMerge: true });
      if (legend?.selected !== undefined) chart.setOption({ legend: { selected: legend.selected } });
    },
    dispose: () => {
      observer.disconnect();
      chart.dispose();
    },
  };
}
