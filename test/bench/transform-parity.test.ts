import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageNamed, viewCases } from '../data/views/reference';

const root = join(__dirname, '..', '..');

function stored(image: { height: number; width: number; data: Uint8Array }): object {
  return { ...image, data: Buffer.from(image.data).toString('base64') };
}

describe('bench/transform-parity.ts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fulgur-parity-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function runParity(cases: readonly object[]): { status: number | null; last: unknown } {
    const file = join(folder, 'cases.json');
    writeFileSync(file, JSON.stringify({ cases }));
    const script = join(root, 'bench', 'transform-parity.ts');
    const { status, stdout } = spawnSync(process.execPath, ['-r', 'ts-node/register', script, file], {
      cwd: root,
      encoding: 'utf8',
    });
    return { status, last: JSON.parse(stdout.trim().split('\n').at(-1) ?? '') };
  }

  it('prints ok and succeeds if every operation agrees, and fails if one does not', () => {
    const square = imageNamed('square');
    const blurred = viewCases.find(({ name }) => name === 'gaussianBlur sigma 2.0')!;
    const good = {
      op: 'gaussianBlur',
      params: { sigma: 2 },
      in: stored(square),
      out: { height: 32, width: 32, data: blurred.out },
    };
    const bad = { ...good, params: { sigma: 1.2 } };

    expect(runParity([good])).toEqual({
      status: 0,
      last: { cases: 1, maxMeanError: 0, maxError: 0, ok: true },
    });
    expect(runParity([good, bad])).toMatchObject({ status: 1, last: { cases: 2, ok: false } });
  });
});
