import { join } from 'node:path';
import { compareFigures } from '../../bench/parity/compare';
import { shippedMethod } from '../../bench/parity/methods';
import { readReference } from '../../bench/parity/reference';
import { trainFigures } from '../../bench/parity/train';
import { soloRanks } from '../../src';
import { liveCounts, start } from '../../src/engine';

const fileOf = (method: string): string => join(__dirname, 'data', `method-${method}.json`);

// For machines that are busy with other things; a training takes a few seconds on a quiet one.
jest.setTimeout(600_000);

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

describe('the shipped experiments', () => {
  it.each([
    ['moco', 'a teacher, a queue', false],
    ['moco', 'a teacher, a queue', true],
    ['dino', 'views of two sizes, a centre', false],
    ['dino', 'views of two sizes, a centre', true],
    ['mae', 'a transformer, a mask', false],
    ['mae', 'a transformer, a mask', true],
  ])("%s (%s) trains to PyTorch's numbers, eager: %p", async (method, _, eager) => {
    const before = liveCounts().tensors;
    const reference = readReference(fileOf(method), 1, false);
    const figures = await trainFigures(reference, { eager, ranks: soloRanks, syncBn: false });
    const ratios = Object.values(compareFigures(figures, reference)) as number[];
    for (const ratio of ratios) {
      // A run that matched to the last bit would not be a run in float32.
      expect(ratio).toBeGreaterThan(0);
      expect(ratio).toBeLessThanOrEqual(1);
    }
    expect(Object.keys(figures.final).sort()).toEqual(Object.keys(reference.truth.final).sort());
    expect(liveCounts().tensors).toBe(before);
  });

  it('do not agree with a reference whose teacher is updated differently', async () => {
    const reference = readReference(fileOf('moco'), 1, false);
    const other = { ...reference, spec: { ...reference.spec, ema: 0.99 } };
    const figures = await trainFigures(other, { eager: false, ranks: soloRanks, syncBn: false });
    const { maxLossErrorRatio, maxStateErrorRatio } = compareFigures(figures, reference);
    expect(maxLossErrorRatio).toBeGreaterThan(1);
    expect(maxStateErrorRatio).toBeGreaterThan(1);
  });

  it('are named if a reference belongs to another method', () => {
    expect(() => shippedMethod('smog')).toThrow(
      "The reference uses the unknown method 'smog'. The known methods are simsiam, simclr, dcl, byol, moco, " +
        'barlowtwins, vicreg, tico, nnclr, dino, mae, swav. Add it to bench/parity/methods.ts.',
    );
  });
});
