import { nodeBundle } from '../../src/pages';

describe('nodeBundle', () => {
  it('loads charts that are drawn without a browser', async () => {
    const { drawSvg } = await nodeBundle('charts');
    const option = {
      xAxis: { type: 'category', data: ['digits'] },
      yAxis: {},
      series: [{ type: 'bar', data: [3] }],
    };
    const svg = drawSvg(option, { width: 300, height: 200 });
    expect(svg).toMatch(/^<svg width="300" height="200"/);
    expect(svg).toContain('>digits</text>');
  });
});
