/**
 * A map of images: shows the image under the pointer, has classes to choose from, and supports arrow keys for readers
 * without a mouse.
 */
import { scatterChart, symbolOf } from '../../charts/scatter-chart';
import { chartTheme, seriesColour } from '../../charts/theme';
import type { MapPageData } from '../../report/map/map-page-data';
import { drawIn } from './dom/drawing';
import { element, requireElement } from './dom/element';

const map = JSON.parse(requireElement('data-map', HTMLScriptElement).text) as MapPageData;
const dark = matchMedia('(prefers-color-scheme: dark)');
const place = requireElement('map', HTMLElement);
const shown = requireElement('shown', HTMLElement);
const drawing = drawIn(place, 'canvas');
const hidden = new Set<number>();
/** Size of a picture on the page, in pixels. */
const PICTURE = 96;
let current = -1;

draw();
dark.addEventListener('change', draw);
place.addEventListener('keydown', (event) => {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  stepBy(step);
});

function draw(): void {
  const theme = chartTheme(dark.matches ? 'dark' : 'light');
  const option = scatterChart({
    title: '',
    x: map.x,
    y: map.y,
    theme,
    showTitle: false,
    groups: visibleGroups(),
  });
  drawing.show({
    ...option,
    legend: { show: false },
    dataZoom: [
      { type: 'inside', xAxisIndex: 0 },
      { type: 'inside', yAxisIndex: 0 },
    ],
  });
  drawing.chart.setOption({
    tooltip: {
      formatter: (point: { value: number[]; seriesName: string }) =>
        tipOf(point.value[2] ?? 0, point.seriesName),
    },
  });
  drawLegend();
}

/** Hidden groups keep their colours and marks, so that those of the others do not change. */
function visibleGroups(): MapPageData['groups'] {
  return map.groups.map((group, index) => (hidden.has(index) ? { ...group, points: [] } : group));
}

function tipOf(row: number, group: string): HTMLElement {
  const parts = [element('span', {}, map.names[row] ?? ''), element('span', { class: 'muted' }, group)];
  return element('div', { class: 'tip' }, ...pictureOf(row), ...parts);
}

function pictureOf(row: number): HTMLElement[] {
  const { pictures } = map;
  if (pictures === null) return [];
  const picture = element('div', { class: 'photo' });
  const { columns, rows, url } = pictures;
  Object.assign(picture.style, {
    width: `${PICTURE}px`,
    height: `${PICTURE}px`,
    backgroundImage: `url(${url})`,
    backgroundSize: `${columns * PICTURE}px ${rows * PICTURE}px`,
    backgroundPosition: `-${(row % columns) * PICTURE}px -${Math.floor(row / columns) * PICTURE}px`,
  });
  return [picture];
}

function drawLegend(): void {
  const theme = chartTheme(dark.matches ? 'dark' : 'light');
  const legend = requireElement('legend', HTMLElement);
  const focused = [...legend.children].indexOf(document.activeElement ?? legend);
  const buttons = map.groups.map(({ name, points }, index) => {
    const mark = element('span', { 'aria-hidden': 'true' }, markOf(index));
    mark.style.color = seriesColour(theme, index);
    const button = element(
      'button',
      { type: 'button', 'aria-pressed': String(!hidden.has(index)) },
      mark,
      `${name} (${points.length})`,
    );
    button.addEventListener('click', () => {
      if (!hidden.delete(index)) hidden.add(index);
      draw();
    });
    return button;
  });
  legend.replaceChildren(...buttons);
  buttons[focused]?.focus();
  requireElement('legend-help', HTMLElement).hidden = false;
}

function markOf(index: number): string {
  return { circle: '●', triangle: '▲', rect: '■', diamond: '◆' }[symbolOf(index)];
}

/** Shows the next or previous visible point, in the order of the groups. */
function stepBy(step: number): void {
  const points = visibleGroups().flatMap(({ points: own, name }, group) =>
    own.map((point, index) => ({ group, index, name, row: point[2] ?? 0 })),
  );
  if (points.length === 0) return;
  current = (current + step + points.length) % points.length;
  const point = points[current];
  if (point === undefined) return;
  drawing.chart.dispatchAction({ type: 'showTip', seriesIndex: point.group, dataIndex: point.index });
  shown.textContent = `${map.names[point.row] ?? ''}, ${point.name}`;
}
