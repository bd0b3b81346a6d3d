import { Normalization, imagenet } from '../../../src/data/views/normalization';
import { unchangedPlan } from '../../../src/data/views/view-plan';
import { ViewRenderer } from '../../../src/data/views/view-renderer';
import { imageNamed, viewCases } from './reference';

/** Bytes as base64: one comparison, and a short message where they differ. */
function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

describe('the view renderer', () => {
  it.each(viewCases)('gives the bytes of torchvision and Pillow for $name', (reference) => {
    const renderer = new ViewRenderer(reference.height, reference.width);

    const bytes = renderer.render(imageNamed(reference.image), reference.plan);

    expect(base64(bytes)).toBe(reference.out);
  });

  it('gives the same bytes again after other views have used its memory', () => {
    const plans = viewCases.filter(({ height, width }) => height === 16 && width === 16);
    const renderer = new ViewRenderer(16, 16);
    const tall = imageNamed('tall');

    for (const { plan } of plans) renderer.render(tall, plan);
    for (const { plan, out } of plans) expect(base64(renderer.render(tall, plan))).toBe(out);
  });

  it('normalises as torch does, with the last colour change looked up on the way', () => {
    const renderer = new ViewRenderer(40, 24);
    const image = imageNamed('tall');
    const plan = {
      ...unchangedPlan(40, 24),
      jitter: [{ operation: 'brightness', factor: 0.7 }] as const,
    };
    const normalization = new Normalization(imagenet);
    const out = new Float32Array(40 * 24 * 3 + 5).fill(-9);

    renderer.renderNormalized(image, plan, normalization, out, 2);

    const f = Math.fround;
    const wanted = Array.from(renderer.render(image, plan), (byte, i) => {
      const channel = i % 3;
      return f(f(f(byte / 255) - f(imagenet.mean[channel]!)) / f(imagenet.std[channel]!));
    });
    expect(Array.from(out)).toEqual([-9, -9, ...wanted, -9, -9, -9]);
  });

  it('leaves the image as it was', () => {
    const image = imageNamed('square');
    const before = base64(image.data);

    for (const { plan } of viewCases.filter((reference) => reference.image === 'square')) {
      new ViewRenderer(32, 32).render(image, plan);
    }

    expect(base64(image.data)).toBe(before);
  });
});
