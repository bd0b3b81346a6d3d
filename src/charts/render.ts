import { nodeBundle } from '../pages';
import type { ChartOption } from './option';
import { chartTheme } from './theme';
import type { ChartTheme } from './theme';

/** CSS pixels an inch. */
const CSS_DENSITY = 72;

/** Of a picture, in CSS pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** A chart as an SVG's text, on a transparent ground: equal bytes for equal options. */
export async function renderSvg(option: ChartOption, size: PictureSize): Promise<string> {
  const { drawSvg } = await nodeBundle('charts');
  return numberedFromZero(drawSvg(option, size));
}

/**
 * A chart as a PNG, on the theme's background, with two pixels for each of CSS. Its letters are of the fonts that the machine has.
 *
 * @param theme that the option was made with (default: light).
 */
export async function renderPng(
  option: ChartOption,
  size: PictureSize,
  theme: ChartTheme = chartTheme('light'),
): Promise<Buffer> {
  const svg = await renderSvg({ ...option, backgroundColor: theme.background }, size);
  const { default: sharp } = await import('sharp');
  return sharp(Buffer.from(svg), { density: 2 * CSS_DENSITY })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** ECharts counts the charts of a process, and their parts, in its class names and ids. */
function numberedFromZero(svg: string): string {
  const numbers = new Map<string, number>();
  return svg.replaceAll(/\bzr\d+-(\w+-?)\d+\b/g, (name, kind: string) => {
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return `zr-${kind}${number}`;
  });
}
