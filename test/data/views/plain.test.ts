import { plain, rebuildTransform } from '../../../src/data/views';
import { imageNamed, plainCases } from './reference';

const sample = { seed: 0, epoch: 0, index: 0 };

describe('views.plain', () => {
  it.each(plainCases)(
    "gives torchvision's floats for the $image image at $size pixels",
    ({ image, size, out }) => {
      const transform = plain({ inputSize: size });
      const ours = new Float32Array(size * size * 3);

      transform.apply(imageNamed(image), sample, ours, [0]);

      expect(Array.from(ours)).toEqual(Array.from(out));
    },
  );

  it('is one view that no random number touches', () => {
    const transform = plain({ inputSize: 16 });
    const first = new Float32Array(16 * 16 * 3);
    const second = new Float32Array(16 * 16 * 3);

    transform.apply(imageNamed('wide'), sample, first, [0]);
    transform.apply(imageNamed('wide'), { seed: 9, epoch: 8, index: 7 }, second, [0]);

    expect(transform.views).toEqual([{ height: 16, width: 16 }]);
    expect(second).toEqual(first);
  });

  it('yields bytes over 255 if normalisation is off', () => {
    const transform = plain({ inputSize: 1, normalize: null });
    const out = new Float32Array(3);

    transform.apply(imageNamed('dot'), sample, out, [0]);

    expect(Array.from(out)).toEqual([200, 30, 90].map((byte) => Math.fround(byte / 255)));
  });

  it('is rebuilt from its spec', () => {
    const transform = plain({ inputSize: 16 });

    expect(rebuildTransform(transform.spec).spec).toEqual(transform.spec);
  });

  it('names its wrong options', () => {
    expect(() => plain({ inputSize: 1.5 })).toThrow(
      'views.plain: inputSize is 1.5. inputSize must be a whole number from 1 to 8192, or two for height and width.',
    );
  });
});
