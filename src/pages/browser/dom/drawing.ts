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

/** A chart in a page, as wide as its container. */
export interface Drawing {
  /** ECharts' own object, for what an option of plain data cannot express. */
  readonly chart: EChartsType;
  /** Replaces the option that is drawn; series that the reader has hidden stay hidden. */
  show(option: ChartOption): void;
  dispose(): void;
}

/** Creates a chart in an element that has a height; use `canvas` for thousands of points. */
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
