import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEmbeddings, writeEmbeddings } from '../../../src/evaluation';
import type { Embeddings } from '../../../src/evaluation';
import { embeddings, identity } from '../fakes/embeddings';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fulgur-embeddings-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function written(ending: string, content: Embeddings = embeddings): Promise<Embeddings> {
  const path = join(folder, `some${ending}`);
  await writeEmbeddings(path, content);
  return readEmbeddings(path);
}

describe('a file of embeddings', () => {
  it.each(['.npz', '.safetensors', '.parquet'])('comes back from %s as it was', async (ending) => {
    expect(await written(ending)).toEqual(embeddings);
  });

  it('comes back from .csv bit for bit, except for the model', async () => {
    const names = ['a "quoted", name.jpg', 'two\nlines.png', ' spaces ', 'ü/猫🐈.jpg'];
    expect(await written('.csv', { ...embeddings, names })).toEqual({ ...embeddings, names, model: null });
  });

  it.each(['.npz', '.safetensors', '.csv', '.parquet'])(
    'has no labels in %s if none are known',
    async (ending) => {
      const plain = { ...embeddings, labels: null, classNames: null, model: null };
      expect(await written(ending, plain)).toEqual(plain);
    },
  );

  it.each(['.npz', '.safetensors', '.csv', '.parquet'])('may hold no image at all in %s', async (ending) => {
    const none = { ...embeddings, features: new Float32Array(0), names: [], labels: null, classNames: null };
    expect(await written(ending, none)).toEqual({ ...none, model: ending === '.csv' ? null : identity });
  });

  it('has equal bytes for equal embeddings', async () => {
    const paths = ['a.npz', 'b.npz'].map((name) => join(folder, name));
    for (const path of paths) await writeEmbeddings(path, embeddings);
    const [first, second] = paths.map((path) => readFileSync(path));
    expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true);
  });

  it('is rejected with another extension', async () => {
    await expect(writeEmbeddings('some.pickle', embeddings)).rejects.toThrow(
      'Embeddings are written to files that end with .npz, .safetensors, .csv, .parquet, but some.pickle does not. Use some.npz.',
    );
  });

  it('is reported by name if it does not exist', async () => {
    const path = join(folder, 'gone.npz');
    await expect(readEmbeddings(path)).rejects.toThrow(
      `The file ${path} does not exist. Embeddings are features and names of images, as written by the command embed. ` +
        'Use another file, or embed the images again.',
    );
  });

  it('is rejected if it is truncated', async () => {
    const path = join(folder, 'short.npz');
    await writeEmbeddings(path, embeddings);
    writeFileSync(path, readFileSync(path).subarray(0, 400));
    await expect(readEmbeddings(path)).rejects.toThrow(/^The file .*short\.npz is damaged: /);
  });

  it('is rejected if its text contains an invalid number, with the row', async () => {
    const path = join(folder, 'odd.csv');
    writeFileSync(path, 'name,f0,f1\na,1,2\nb,1,two\n');
    await expect(readEmbeddings(path)).rejects.toThrow(
      `The file ${path} has "two" instead of a number in row 3.`,
    );
  });
});
