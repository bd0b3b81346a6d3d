import { init } from 'echarts';
import { judgeTime } from './aims';
import { timesAsFast } from './row';
import type { Row } from './row';

const WIDTH = 800;
const ROW_HEIGHT = 30;
const MARGINS = { left: 270, right: 80, top: 40, bottom: 50 };
const colours = { bar: '#4c78a8', aim: '#e45756', peer: '#333333' };

/**
 * Draws an SVG: a bar for each row that has a peer, whose length is Fulgur's relative speed, with a line at the peer
 * and marks at the targets.
 */
export function chartOf(rows: readonly Row[]): string {
  const bars = rows.flatMap((row) => {
    const times = timesAsFast(row);
    return times === null ? [] : [{ name: row.name, times, aim: judgeTime(row)?.aim }];
  });
  const height = MARGINS.top + ROW_HEIGHT * bars.length + MARGINS.bottom;
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: '#ffffff',
      grid: MARGINS,
      legend: { top: 8, data: ['Fulgur', 'aim'], selectedMode: false },
      xAxis: {
        // A logarithmic axis, since some rows are tens of times as fast and others only slightly faster.
        type: 'log',
        logBase: 2,
        min: 0.5,
        name: 'times as fast as the peer',
        nameLocation: 'middle',
        nameGap: 30,
      },
      yAxis: {
        type: 'category',
        inverse: true,
        data: bars.map(({ name }) => name),
        axisTick: { show: false },
      },
      series: [
        {
          name: 'Fulgur',
          type: 'bar',
          silent: true,
          barWidth: '60%',
          itemStyle: { color: colours.bar },
          data: bars.map(({ times }) => times),
          label: { show: true, position: 'right', distance: 8, formatter: labelOf },
          markLine: {
            silent: true,
            symbol: 'none',
            label: { formatter: 'peer', position: 'start', distance: -2 },
            lineStyle: { color: colours.peer, type: 'solid', width: 1.5 },
            data: [{ xAxis: 1 }],
          },
        },
        {
          name: 'aim',
          type: 'scatter',
          silent: true,
          symbol: 'rect',
          symbolSize: [3, 0.8 * ROW_HEIGHT],
          itemStyle: { color: colours.aim, opacity: 1 },
          z: 3,
          data: bars.flatMap(({ aim }, index) => (aim === undefined ? [] : [[aim, index]])),
        },
      ],
    });
    return `${chart.renderToSVGString()}\n`;
  } finally {
    // Its timer would keep the process alive.
    chart.dispose();
  }
}

function labelOf({ value }: { readonly value?: unknown }): string {
  return `${Number(value).toFixed(2)} ×`;
}
