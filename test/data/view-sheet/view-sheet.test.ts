import sharp from 'sharp';
import type { DrawnSample, DrawnView } from '../../../src/data/view-sheet/drawn-sample';
import { layBand, shownIn, shownOriginal, viewScale } from '../../../src/data/view-sheet/layout';
import { renderSheet } from '../../../src/data/view-sheet/render-sheet';
import { bandSvg, escaped } from '../../../src/data/view-sheet/sheet-svg';
import { wordsOf } from '../../../src/data/view-sheet/view-words';
import { unchangedPlan } from '../../../src/data/views/view-plan';
import type { ViewPlan } from '../../../src/data/views/view-plan';

const original = { width: 4, height: 2, data: Uint8Array.from({ length: 24 }, (_, at) => at * 10) };

function view(changes: Partial<ViewPlan> | null, operations: readonly string[] = []): DrawnView {
  const plan = changes === null ? null : { ...unchangedPlan(2, 4), ...changes };
  const data = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]);
  return { width: 2, height: 2, data, draws: { plan, operations }, isStretched: false };
}

function sample(views: readonly DrawnView[], name = 'a.png'): DrawnSample {
  return { index: 3, name, class: 'cats & dogs', original, views };
}

describe('the words below a view', () => {
  it('say what was drawn, in the order in which it is done', () => {
    const plan: ViewPlan = {
      crop: { top: 1, left: 2, height: 1, width: 2 },
      interpolation: 'bicubic',
      horizontalFlip: true,
      verticalFlip: true,
      rotation: -12.34,
      jitter: [
        { operation: 'hue', factor: -0.05 },
        { operation: 'brightness', factor: 1.318 },
      ],
      grayscale: true,
      blurSigma: 1.2,
      solarizeThreshold: 128,
      solarizeFirst: false,
    };
    const words = wordsOf(view(plan, ['invert']), original);
    expect(words).toEqual([
      'crop 2×1 at 2, 1',
      'bicubic resize',
      'flipped horizontally',
      'flipped vertically',
      'turned 12.3° right',
      'hue −0.050',
      'brightness ×1.32',
      'grayscale',
      'blur σ 1.20 px',
      'solarized from 128',
      'invert',
    ]);
    const first = wordsOf(view({ ...plan, solarizeFirst: true }), original);
    expect(first.slice(-2)).toEqual(['solarized from 128', 'blur σ 1.20 px']);
  });

  it('say little if little was drawn or is known', () => {
    expect(wordsOf(view({}), original)).toEqual(['whole image']);
    expect(wordsOf(view({ crop: null }), original)).toEqual(['centre 2×2 at 1, 0']);
    expect(wordsOf(view({ rotation: 90 }), original)).toEqual(['whole image', 'turned 90° left']);
    expect(wordsOf(view(null, ['halves']), original)).toEqual(['halves']);
    expect(wordsOf({ ...view(null), draws: null, isStretched: true }, original)).toEqual([
      'levels stretched',
    ]);
  });
});

describe('a sheet', () => {
  it('shows each pixel as a square, the original first', async () => {
    const { png, width, height, caption } = await renderSheet([sample([view({})])], {
      ...{ title: ['Views'], caption: 'A caption.' },
    });
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels, caption]).toEqual([width, height, 3, 'A caption.']);
    const colourAt = (x: number, y: number) => Array.from(data.subarray((y * width + x) * 3).subarray(0, 3));
    // Below margin, title and heading; an original of 4 pixels is shown 48 times as large, a view of 2 pixels 96 times.
    const top = 24 + 24 + 16 + 24;
    expect([4, 52, 100, 148].map((x) => colourAt(24 + x + 24, top + 60))).toEqual([
      [120, 130, 140],
      [150, 160, 170],
      [180, 190, 200],
      [210, 220, 230],
    ]);
    const left = 24 + 192 + 16;
    expect([
      colourAt(left + 2, top + 2),
      colourAt(left + 100, top + 90),
      colourAt(left + 90, top + 100),
      colourAt(left + 189, top + 189),
    ]).toEqual([
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
      [9, 9, 9],
    ]);
  });

  it('makes large images smaller, and keeps the views in one scale', () => {
    expect(
      viewScale([
        { height: 224, width: 224 },
        { height: 96, width: 96 },
      ]),
    ).toBe(1);
    expect(viewScale([{ height: 32, width: 32 }])).toBe(6);
    expect(viewScale([{ height: 640, width: 480 }])).toBe(0.5);
    expect(shownOriginal({ width: 4000, height: 1000, data: original.data })).toEqual({
      ...{ width: 320, height: 80 },
      times: 0.08,
    });
    expect(shownIn({ width: 1, height: 5000 }, 0.01)).toEqual({ width: 1, height: 50, times: 0.01 });
  });

  it('starts a new row when one is full', () => {
    const shown = Array.from({ length: 12 }, () => ({ width: 224, height: 224, times: 1 }));
    const { cells, height } = layBand(
      shown,
      shown.map(() => 2),
    );
    expect(cells.map(({ left, top }) => `${left} ${top}`).slice(7, 10)).toEqual([
      '1680 24',
      '0 304',
      '240 304',
    ]);
    expect(height).toBe(304 + 224 + 8 + 32);
  });

  it('writes names as text, whatever is in them', () => {
    const one = sample(
      [view({ crop: { top: 0, left: 1, height: 1, width: 2 } })],
      '<b>&"größe" \u0007 \ud800 画像',
    );
    const svg = bandSvg(
      one,
      layBand([shownOriginal(original), shownIn({ width: 2, height: 2 }, 96)], [1, 2]),
      720,
    );
    expect(svg).toContain('&lt;b&gt;&amp;&quot;größe&quot; \\x07 \ufffd 画像');
    expect(svg).toContain('class cats &amp; dogs · 4×2 pixels · index 3');
    expect(svg).toContain('x="48" y="24" width="96" height="48"');
    expect(escaped("'\uffff'")).toBe('&apos;\ufffd&apos;');
  });
});
