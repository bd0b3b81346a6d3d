import { FulgurError } from '../../src/errors';
import { SharedFailure, failTogether, soloRanks } from '../../src/strategy';
import { inGroup } from '../ranks/local-group';

const noImages = (): FulgurError =>
  new FulgurError('config', { what: 'There are no images.', fix: 'Give some.' });

/** What each of three ranks ends with, where these fail. */
function outcomes(failing: Readonly<Record<number, Error>>): Promise<unknown[]> {
  return inGroup(3, (ranks) =>
    failTogether(ranks, () => {
      const error = failing[ranks.rank];
      return error === undefined ? Promise.resolve(ranks.rank) : Promise.reject(error);
    }).catch((error: unknown) => error),
  );
}

describe('what ranks do together', () => {
  it('gives each rank its own result if all goes well', async () => {
    expect(await outcomes({})).toEqual([0, 1, 2]);
    expect(await failTogether(soloRanks, () => Promise.resolve('alone'))).toBe('alone');
  });

  it.each([0, 1, 2])('fails on every rank if only rank %i fails', async (failing) => {
    const error = noImages();
    const ended = await outcomes({ [failing]: error });
    expect(ended[failing]).toBe(error);
    for (const other of ended.filter((one) => one !== error)) {
      expect(other).toBeInstanceOf(SharedFailure);
      expect((other as Error).message).toBe(
        `Rank ${failing} could not start: There are no images. Give some. Read its output.`,
      );
    }
  });

  it('fails with one message if all fail alike, which rank 0 reports', async () => {
    const ended = await outcomes({ 0: noImages(), 1: noImages(), 2: new Error('disk full') });
    expect(ended.map((error) => (error as Error).message)).toEqual([
      'There are no images. Give some.',
      'There are no images. Give some.',
      'disk full',
    ]);
    expect(ended.map((error) => error instanceof SharedFailure)).toEqual([false, true, false]);
    expect((ended[1] as FulgurError).kind).toBe('config');
  });
});
