import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import type { Finding } from '../../src/doctor/finding';

const root = resolve(__dirname, '..', '..');

function doctor(args: string[], environment: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['-r', 'ts-node/register', resolve(root, 'src', 'doctor.ts'), ...args],
    { cwd: root, encoding: 'utf8', env: { ...process.env, ...environment } },
  );
  return { status, stdout, stderr };
}

describe('the command src/doctor.ts', () => {
  it('finds this machine healthy: TensorFlow computes', () => {
    const { status, stdout } = doctor(['--json', '--accelerator', 'cpu']);
    const report = JSON.parse(stdout) as { ok: boolean; findings: Finding[] };
    expect(report.findings.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(report.findings.at(-1)?.detail).toMatch(/^1024×1024 matrix product in [\d.]+ ms: \d+ GFLOP\/s$/);
    expect([report.ok, status]).toEqual([true, 0]);
  });

  it('ends with exit code 1 and the fix if something fails', () => {
    const { status, stdout } = doctor([], { FULGUR_TENSORFLOW: '/nowhere' });
    expect(status).toBe(1);
    expect(stdout).toContain(
      'FAIL  TensorFlow  FULGUR_TENSORFLOW names /nowhere, but it contains no readable libtensorflow_cc.so.2.\n' +
        '                  fix: Set it to the folder that contains libtensorflow_cc.so.2, or unset it to have ' +
        'TensorFlow installed.\n' +
        '-     Device      needs TensorFlow\n' +
        '-     Operation   needs TensorFlow\n',
    );
  });

  it('explains itself with --help, and rejects unknown options with exit code 2', () => {
    const { status, stdout } = doctor(['--help']);
    expect(status).toBe(0);
    expect(stdout).toContain('Usage: npx ts-node src/doctor.ts [options]\n');
    expect(stdout).toContain('--json');
    expect(doctor(['--jsn'])).toEqual({
      status: 2,
      stdout: '',
      stderr:
        "Error: Unknown option '--jsn'. Did you mean --json? Run 'npx ts-node src/doctor.ts --help' to see its options.\n",
    });
  });
});
