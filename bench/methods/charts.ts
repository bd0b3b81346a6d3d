import { init } from 'echarts';
import type { EChartsOption } from 'echarts';
import type { Records } from './records';
import { epochsOf, methods } from './settings';
import { after, digitsFindings, stepsOfEpoch, timingOf } from './tables';

const WIDTH = 800;
const colours = ['#9ecae9', '#4c78a8', '#ffbf79', '#f58518'] as const;

/**
 * Draws an SVG: kNN and linear accuracy of each method on the digits, before and after training, with a mark for each
 * seed.
 */
export function gainsChart(records: Records): string {
  const names = Object.keys(methods).filter((method) => digitsFindings(records, method).length > 0);
  const kinds = [
    { name: 'kNN before', key: 'knn', epoch: 0 },
    { name: 'kNN after', key: 'knn', epoch: epochsOf.digits },
    { name: 'linear before', key: 'linear', epoch: 0 },
    { name: 'linear after', key: 'linear', epoch: epochsOf.digits },
  ] as const;
  const valuesOf = (method: string, { key, epoch }: (typeof kinds)[number]): number[] =>
    digitsFindings(records, method).flatMap((finding) => after(finding, epoch)?.[key] ?? []);
  return svg(420, {
    grid: { left: 60, right: 20, top: 50, bottom: 80 },
    legend: { top: 8, data: kinds.map(({ name }) => name), selectedMode: false },
    xAxis: { type: 'category', data: names, axisLabel: { rotate: 40, interval: 0 } },
    yAxis: { type: 'value', min: 0.3, max: 1, name: 'accuracy' },
    series: kinds.map((kind, index) => ({
      name: kind.name,
      type: 'bar' as const,
      silent: true,
      itemStyle: { color: colours[index] ?? colours[0] },
      data: names.map((method) => mean(valuesOf(method, kind)) ?? '-'),
      barGap: '5%',
    })),
  });
}

/** Draws an SVG: kNN accuracy of FastSiam and SimSiam, by images on the left and by seconds on the right. */
export function curvesChart(records: Records): string {
  const pair = ['fastsiam', 'simsiam'];
  const curve = (method: string, unit: (epoch: number) => number): number[][] => {
    const findings = digitsFindings(records, method);
    return (findings[0]?.judgements ?? []).flatMap(({ epoch }) => {
      const value = mean(findings.flatMap((finding) => after(finding, epoch)?.knn ?? []));
      return value === null ? [] : [[unit(epoch), value]];
    });
  };
  const lines = pair.flatMap((method, index) =>
    [0, 1].map((side) => ({
      name: method,
      type: 'line' as const,
      silent: true,
      xAxisIndex: side,
      yAxisIndex: side,
      itemStyle: { color: index === 0 ? colours[1] : colours[3] },
      data: curve(method, (epoch) =>
        side === 0 ? epoch * 8000 : epoch * stepsOfEpoch * (timingOf(records, method)?.secondsPerStep ?? 0),
      ),
    })),
  );
  const axis = (side: number, name: string) => ({
    type: 'value' as const,
    gridIndex: side,
    name,
    nameLocation: 'middle' as const,
    nameGap: 30,
  });
  const height = { min: 0.4, max: 0.9, type: 'value' as const };
  return svg(320, {
    grid: [
      { left: 60, width: 310, top: 50, bottom: 60 },
      { left: 450, width: 310, top: 50, bottom: 60 },
    ],
    legend: { top: 8, data: pair, selectedMode: false },
    xAxis: [axis(0, 'images'), axis(1, 'seconds of training steps')],
    yAxis: [
      { ...height, gridIndex: 0, name: 'kNN accuracy' },
      { ...height, gridIndex: 1 },
    ],
    series: lines,
  });
}

function svg(height: number, option: EChartsOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  try {
    chart.setOption({ animation: false, backgroundColor: '#ffffff', ...option });
    return `${chart.renderToSVGString()}\n`;
  } finally {
    // Its timer would keep the process alive.
    chart.dispose();
  }
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
