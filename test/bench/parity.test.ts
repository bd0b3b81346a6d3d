import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

function runParity(...args: string[]): { status: number | null; lines: string[]; stderr: string } {
  const script = join(root, 'bench', 'parity.ts');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['-r', 'ts-node/register/transpile-only', script, ...args],
    { cwd: root, encoding: 'utf8' },
  );
  return { status, lines: stdout.trim().split('\n'), stderr: stderr.trim() };
}

interface Verdict {
  readonly file: string;
  readonly steps: number;
  readonly ranks: number;
  readonly maxLossErrorRatio: number;
  readonly maxGradErrorRatio: number;
  readonly maxStateErrorRatio: number;
  readonly ok: boolean;
}

const verdictOf = (lines: readonly string[]): Verdict => JSON.parse(lines.at(-1)!) as Verdict;

describe('bench/parity.ts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fulgur-parity-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const written = (name: string, content: string): string => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  };
  const stored = (stem: string): string => join(__dirname, 'data', `parity-${stem}.json`);

  it.each([
    ['imagenet', []],
    ['imagenet', ['--eager']],
    ['cifar', []],
    ['cifar', ['--eager']],
    ['imagenet', ['--ranks', '2', '--sync-bn']],
    ['two-ranks', ['--ranks', '2']],
  ])("trains FastSiam with the %s stem to PyTorch's numbers %s", (stem, flags) => {
    const { status, lines } = runParity(stored(stem), ...flags);
    const { maxLossErrorRatio, maxGradErrorRatio, maxStateErrorRatio, ...rest } = verdictOf(lines);
    const steps = stem === 'two-ranks' ? 5 : 2;
    const ranks = flags.includes('--ranks') ? 2 : 1;
    expect(rest).toEqual({ file: `parity-${stem}.json`, steps, ranks, ok: true });
    for (const ratio of [maxLossErrorRatio, maxGradErrorRatio, maxStateErrorRatio]) {
      // A run that matched to the last bit would not be a run in float32.
      expect(ratio).toBeGreaterThan(0);
      expect(ratio).toBeLessThanOrEqual(1);
    }
    expect(lines).toHaveLength(steps + 1);
    expect(status).toBe(0);
  });

  it('reports where a run does not agree, and fails', () => {
    const reference = JSON.parse(readFileSync(stored('imagenet'), 'utf8')) as {
      truth: { grad0: Record<string, number[]>; loss: number[] };
    };
    reference.truth.grad0['backbone.0.weight']![1]! *= 1.001;
    const file = written('altered.json', JSON.stringify(reference));
    const { status, lines } = runParity(file);
    const verdict = verdictOf(lines);
    expect(verdict.ok).toBe(false);
    expect(verdict.maxGradErrorRatio).toBeGreaterThan(1);
    expect(verdict.maxLossErrorRatio).toBeLessThanOrEqual(1);
    expect(status).toBe(1);
  });

  it('reports problems with its files and options', () => {
    expect(runParity()).toMatchObject({
      status: 2,
      stderr:
        'Error: No file was named. Usage: npx ts-node bench/parity.ts FILE.json [--eager] [--ranks 2 [--sync-bn]]',
    });
    const missing = join(folder, 'missing.json');
    expect(runParity(missing)).toMatchObject({
      status: 1,
      stderr:
        `Error: The reference file ${missing} cannot be read. ENOENT: no such file or directory, open '${missing}'. ` +
        'Name a JSON file of reference numbers.',
    });
    const broken = written('broken.json', '{');
    expect(runParity(broken).stderr).toBe(
      `Error: The reference file ${broken} cannot be read. It is not JSON. Name a JSON file of reference numbers.`,
    );
    const other = written('other.json', '{"spec":{},"truth":{}}');
    expect(runParity(other).stderr).toBe(
      `Error: ${other} is not such a reference file: it lacks stateDict, tolerance. ` +
        'Name a JSON file with the top-level keys spec, stateDict, truth, tolerance.',
    );
    const ranks = written(
      'ranks.json',
      JSON.stringify({ spec: { ranks: 2, batch: 4 }, stateDict: {}, truth: {}, tolerance: {} }),
    );
    expect(runParity(ranks).stderr).toBe(
      `Error: ${ranks} was made with 2 ranks. This run can only equal 1. Use --ranks 2 without --sync-bn.`,
    );
  });
});
