import {
  chartTheme,
  contentPolicy,
  dataTable,
  downsample,
  htmlDocument,
  lineChart,
  renderPng,
  renderSvg,
  shownNumber,
  smooth,
} from '../../src/charts';
import type { ChartPoint } from '../../src/charts';

const line = (count: number, y: (x: number) => number): ChartPoint[] =>
  Array.from({ length: count }, (_, x) => [x, y(x)]);

/** Returns the contrast of two colours by WCAG 2. */
function contrast(one: string, other: string): number {
  const luminance = (colour: string): number => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const level = parseInt(colour.slice(at, at + 2), 16) / 255;
      return level <= 0.03928 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

describe.each(['light', 'dark'] as const)('the %s theme', (scheme) => {
  const theme = chartTheme(scheme);

  it('has series with a contrast of 3:1 to the background, and texts with 4.5:1', () => {
    for (const colour of theme.series) expect(contrast(colour, theme.background)).toBeGreaterThanOrEqual(3);
    for (const text of [theme.text, theme.mutedText, theme.link]) {
      expect(contrast(text, theme.background)).toBeGreaterThanOrEqual(4.5);
    }
  });
});

describe('downsample', () => {
  it('keeps the first and last point, every peak and every gap', () => {
    const points = line(100_000, (x) =>
      x === 54_321 ? 99 : x === 777 ? -99 : x === 5000 ? NaN : Math.sin(x),
    );
    const fewer = downsample(points, 1000);
    expect(fewer.length).toBeLessThanOrEqual(1000);
    for (const x of [0, 777, 5000, 54_321, 99_999]) expect(fewer).toContainEqual(points[x]);
    expect(fewer.map(([x]) => x)).toEqual(fewer.map(([x]) => x).sort((a, b) => a - b));
  });

  it('leaves a short line unchanged', () => {
    expect(downsample([[3, 2]], 10)).toEqual([[3, 2]]);
  });
});

it('smooths without a bias towards zero, and skips non-finite values', () => {
  expect(
    smooth(
      [
        [0, 4],
        [1, NaN],
        [2, 8],
      ],
      0.5,
    ),
  ).toEqual([
    [0, 4],
    [1, NaN],
    [2, (0.5 * 2 + 0.5 * 8) / 0.75],
  ]);
});

it('shows numbers with six digits', () => {
  expect([1234567.891, 0.1234567, 1e-7, -3, NaN, Infinity].map(shownNumber)).toEqual([
    '1,234,570',
    '0.123457',
    '1e−7',
    '−3',
    'NaN',
    '∞',
  ]);
});

it('draws equal bytes for equal charts, even of one point, and never inserts a name as markup', async () => {
  const option = lineChart({
    title: '<b>&',
    x: { name: 'step' },
    y: { name: 'y' },
    series: [
      { name: '<script>', points: [[3, 2]] },
      { name: 'b', points: [] },
    ],
  });
  const size = { width: 300, height: 200 };
  const svg = await renderSvg(option, size);
  expect(await renderSvg(option, size)).toBe(svg);
  expect(svg).toContain('&lt;script&gt;');
  expect(svg).not.toContain('<script>');
  const png = await renderPng(option, size);
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([600, 400]);
});

it('writes tables whose cells keep whole numbers, and never inserts text as markup', () => {
  const html = dataTable({ caption: '<x>', columns: ['a', 'b'], rows: [['<i>', 0.123456789]] });
  expect(html).toContain('<summary>Table: &lt;x&gt;</summary>');
  expect(html).toContain(
    '<th scope="row">&lt;i&gt;</th><td class="number"><data value="0.123456789">0.123457</data></td>',
  );
});

it('writes pages whose scripts and data cannot end early, with a policy that allows no requests', () => {
  const html = htmlDocument({
    title: 'a < b',
    body: '<p>x</p>',
    scripts: ['const a = "</script><!--";'],
    data: { rows: ['</script>'] },
  });
  expect(html).toContain('<title>a &lt; b</title>');
  expect(html).toContain('const a = "\\x3c/script>\\x3c!--";');
  expect(html).toContain('["\\u003c/script>"]');
  expect(contentPolicy([])).toBe(
    "default-src 'none'; script-src 'none'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'",
  );
});
