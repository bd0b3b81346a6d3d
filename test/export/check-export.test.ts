import { describe, expect, it } from '@jest/globals';
import { checkExport } from '../../src/export';
import type { TrialImages } from '../../src/export';

const images = { shape: [2, 1, 1, 3], values: new Float32Array(6) } as const;
const alone = { shape: [1, 1, 1, 3], values: new Float32Array(3) } as const;

function check(found: readonly number[], expected: readonly number[]): ReturnType<typeof checkExport> {
  const runtime = { name: 'a runtime', run: () => Promise.resolve(Float32Array.from(found)) };
  return checkExport('onnx', runtime, [{ images, expected: Float32Array.from(expected) }]);
}

const rest =
  'Nothing was written. Report this with the module, and export to another format in the meantime.';

describe('the check of an export', () => {
  it('reports the largest difference, and its share of the largest feature', async () => {
    expect(await check([1, 2, 4], [1, 2, 4])).toEqual({
      ...{ runtime: 'a runtime', images: 2, largestDifference: 0, relativeDifference: 0 },
    });
    const { largestDifference, relativeDifference } = await check([1, 2, 4.00025], [1, 2, 4]);
    expect(largestDifference).toBeCloseTo(0.00025, 6);
    expect(relativeDifference).toBeCloseTo(0.0000625, 6);
  });

  it.each([
    ['features that differ', [1, 2, 5], '0.25'],
    ['a feature that is NaN', [1, NaN, 4], 'Infinity'],
  ])('rejects %s', async (_, found, share) => {
    await expect(check(found, [1, 2, 4])).rejects.toThrow(
      "The onnx export does not compute the experiment's features: " +
        `for 2 images, the features from a runtime differ by up to ${share} of the largest feature. ${rest}`,
    );
  });

  it('rejects a model that treats a single image differently', async () => {
    const expected = Float32Array.from([1, 2]);
    const runtime = {
      name: 'a runtime',
      run: ({ shape }: TrialImages) => Promise.resolve(shape[0] === 1 ? Float32Array.from([1, 3]) : expected),
    };
    await expect(
      checkExport('onnx', runtime, [
        { images, expected },
        { images: alone, expected },
      ]),
    ).rejects.toThrow('for a single image, the features from a runtime differ by up to 0.50 of the largest');
  });

  it('rejects a different number of features', async () => {
    await expect(check([1, 2], [1, 2, 4])).rejects.toThrow(
      "The onnx export does not compute the experiment's features: " +
        `a runtime returns 2 numbers instead of 3 features. ${rest}`,
    );
  });
});
