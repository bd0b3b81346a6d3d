import { nodeBundle } from '../pages';
import type { ChartOption } from './option';
import { chartTheme } from './theme';
import type { ChartTheme } from './theme';

/** CSS pixels per inch. */
const CSS_DENSITY = 72;

/** Size of a picture in CSS pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Renders a chart as SVG text on a transparent background, with equal bytes for equal options. */
export async function renderSvg(option: ChartOption, size: PictureSize): Promise<string> {
  const { drawSvg } = await nodeBundle('charts');
  return numberedFromZero(drawSvg(option, size));
}

/**
 * Renders a chart as a PNG on the theme's background, with two pixels per CSS pixel. Its fonts are those installed on
 * the machine.
 *
 * @param theme the theme that the option was made with (default: light).
 */
export async function renderPng(
  option: ChartOption,
  size: PictureSize,
  theme: ChartTheme = chartTheme('light'),
): Promise<Buffer> {
  const svg = await renderSvg({ ...option, backgroundColor: theme.background }, size);
  return pngOfSvg(svg);
}

/** Renders an SVG as a PNG, with two pixels per CSS pixel. */
export async function pngOfSvg(svg: string): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  return sharp(Buffer.from(svg), { density: 2 * CSS_DENSITY })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** ECharts numbers the charts of a process and their parts in its class names and ids. */
function numberedFromZero(svg: string): string {
  const numbers = new Map<string, number>();
  return svg.replaceAll(/\bzr\d+-(\w+-?)\d+\b/g, (name, kind: string) => {
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return `zr-${kind}${number}`;
  });
}
