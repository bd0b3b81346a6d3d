import { createRequire } from 'node:module';
import type sharp from 'sharp';
import { chartTheme, dataTable, escapeHtml, htmlDocument, renderPng, scatterChart } from '../../charts';
import type { ChartTheme, ScatterChart } from '../../charts';
import { pageScript } from '../../pages';
import { writeWhole } from '../../system';
import type { EmbeddingMap, MapPictures } from './embedding-map';
import type { MapPageData } from './map-page-data';

const size = { width: 900, height: 700 };
/** Pixels of the picture per CSS pixel. */
const PIXELS = 2;

/** The contents of a map's files. */
export interface MapFiles {
  /** A page that opens from the disk and loads nothing; it shows the image of the point under the pointer. */
  readonly html: string;
  readonly png: Buffer;
  /** Size of the picture in pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * Renders an embedding map as a page and as a picture.
 *
 * @param title title of the page: `digits, after 3 epochs`.
 */
export async function mapFiles(map: EmbeddingMap, title: string): Promise<MapFiles> {
  const png = await renderPng(scatterChart({ ...chartOf(map, title), legendSide: 'right' }), size);
  return { html: await pageOf(map, title), png, width: PIXELS * size.width, height: PIXELS * size.height };
}

/**
 * Writes `<stem>.html` and `<stem>.png`, each completely or not at all.
 *
 * @returns the files' paths.
 */
export async function writeMap(stem: string, { html, png }: MapFiles): Promise<readonly string[]> {
  await writeWhole(`${stem}.html`, Buffer.from(html));
  await writeWhole(`${stem}.png`, png);
  return [`${stem}.html`, `${stem}.png`];
}

function chartOf(map: EmbeddingMap, title: string, theme: ChartTheme = chartTheme('light')): ScatterChart {
  const { places, groupOf, groups, axes } = map;
  const points = groups.map((): number[][] => []);
  groupOf.forEach((group, row) => {
    points[group]?.push([rounded(places[2 * row]), rounded(places[2 * row + 1]), row]);
  });
  return {
    title: `${map.method}: ${title}`,
    x: { name: axes[0] },
    y: { name: axes[1] },
    theme,
    groups: groups.map((name, group) => ({ name, points: points[group] ?? [] })),
  };
}

function rounded(value = 0): number {
  return Number(value.toPrecision(5));
}

async function pageOf(map: EmbeddingMap, title: string): Promise<string> {
  const { names, groupOf, groups, places, axes, about, pictures } = map;
  const { x, y, groups: drawn } = chartOf(map, title);
  const data: MapPageData = {
    ...{ x, y, groups: drawn, names },
    pictures:
      pictures === null
        ? null
        : {
            cell: pictures.cell,
            columns: pictures.columns,
            rows: pictures.rows,
            url: `data:image/webp;base64,${(await encoded(pictures)).toString('base64')}`,
          },
  };
  const kind = map.isClustered ? 'cluster' : 'class';
  const table = dataTable({
    caption: 'All points',
    columns: ['image', kind, axes[0], axes[1]],
    rows: names.map((name, row) => [
      name,
      groups[groupOf[row] ?? 0] ?? '',
      places[2 * row] ?? null,
      places[2 * row + 1] ?? null,
    ]),
  });
  return htmlDocument({
    title: `${map.method} map: ${title}`,
    style,
    scripts: [await pageScript('map')],
    data: { map: data },
    body:
      '<a class="skip" href="#map">Skip to the map</a>' +
      `<header><h1>${escapeHtml(`${map.method} map: ${title}`)}</h1><p class="muted">${escapeHtml(about)}</p></header>` +
      `<main><p class="no-print" id="legend-help" hidden>Choose which ${kind === 'class' ? 'classes' : 'clusters'} are shown:</p><div id="legend" role="group" aria-labelledby="legend-help"></div>` +
      `<div class="map"><div id="map" tabindex="0" role="application" aria-describedby="map-help" aria-label="${escapeHtml(`${names.length} images as points`)}"></div>` +
      '<div id="shown" aria-live="polite"></div></div>' +
      '<p class="note no-print" id="map-help">Point at an image to see it, or step through the images with the arrow keys; zoom with the wheel or two fingers.</p>' +
      `<noscript><p class="warning">The map is drawn by a script, but scripts are disabled here.</p></noscript>${table}</main>`,
  });
}

async function encoded({ pixels, cell, columns, rows }: MapPictures): Promise<Buffer> {
  const encode = createRequire(__filename)('sharp') as typeof sharp;
  const raw = { width: cell * columns, height: cell * rows, channels: 3 as const };
  return encode(pixels, { raw }).webp({ quality: 82 }).toBuffer();
}

const style = `
.map{position:relative}
#map{width:100%;height:min(75vh,44rem);min-height:22rem}
#legend{display:flex;flex-wrap:wrap;gap:.3rem .4rem;margin:.4rem 0}
#legend button{border:1px solid var(--line);background:var(--surface);border-radius:1rem;padding:.15rem .7rem;cursor:pointer;display:inline-flex;align-items:center;gap:.4rem}
#legend button[aria-pressed=false]{opacity:.55;text-decoration:line-through}
#legend svg{width:.8rem;height:.8rem}
#shown{min-height:1.6rem}
.tip{display:grid;gap:.2rem;justify-items:center;max-width:14rem;white-space:normal;overflow-wrap:anywhere}
.tip .photo{image-rendering:auto;background-repeat:no-repeat}
@media print{#map{height:16cm}}
`;
