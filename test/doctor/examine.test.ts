import type { EngineTrial } from '../../src/doctor/engine-checks';
import { examine } from '../../src/doctor/examine';
import type { Finding } from '../../src/doctor/finding';
import type { Machine } from '../../src/doctor/machine';
import { formatFinding, formatJson, isHealthy } from '../../src/doctor/report';
import type { EngineInfo } from '../../src/engine';
import type { TensorFlowLibrary } from '../../src/engine/install';
import { FulgurError } from '../../src/errors';

const machine: Machine = {
  nodeVersion: '20.20.2',
  platform: 'linux',
  architecture: 'x64',
  processor: 'Some CPU',
  cores: 4,
  totalMemoryBytes: 16e9,
  availableMemoryBytes: 12e9,
  cacheFolder: '/home/me/.cache/fulgur',
  freeDiskBytes: 50e9,
};

const library: TensorFlowLibrary = {
  directory: '/cache/tensorflow',
  corePath: '/cache/tensorflow/libtensorflow_cc.so.2',
  frameworkPath: '/cache/tensorflow/libtensorflow_framework.so.2',
  version: '2.21.0',
  flavour: 'cpu',
  source: 'cache',
};

const info: EngineInfo = {
  tensorflowVersion: '2.21.0',
  library: '/cache/tensorflow',
  device: 'cpu',
  deviceName: 'CPU:0',
  threads: 4,
  rank: 0,
  worldSize: 1,
};

const engine: EngineTrial = {
  locate: () => Promise.resolve(library),
  start: () => Promise.resolve(info),
  timeProduct: () => Promise.resolve({ seconds: 0.01, error: 0 }),
};

async function findings(changes: { machine?: Partial<Machine>; engine?: Partial<EngineTrial> } = {}) {
  const all: Finding[] = [];
  const options = {
    accelerator: 'auto' as const,
    onProgress: () => undefined,
    machine: { ...machine, ...changes.machine },
    engine: { ...engine, ...changes.engine },
  };
  for await (const finding of examine(options)) all.push(finding);
  return all;
}

async function lineOf(name: string, changes: Parameters<typeof findings>[0]): Promise<string> {
  return formatFinding((await findings(changes)).find((finding) => finding.name === name)!);
}

describe('the doctor', () => {
  it('prints one line per check on a healthy machine', async () => {
    const all = await findings();
    expect(all.map(formatFinding)).toEqual([
      'ok    Node        20.20.2',
      'ok    Platform    linux-x64',
      'ok    Cores       4 (Some CPU)',
      'ok    Memory      12 GB of 16 GB available',
      'ok    Disk        50 GB free for the cache /home/me/.cache/fulgur',
      'ok    TensorFlow  2.21.0 (cpu), from the cache: /cache/tensorflow',
      'ok    Device      cpu (CPU:0), 4 threads',
      'ok    Operation   1024×1024 matrix product in 10.0 ms: 215 GFLOP/s',
    ]);
    expect(isHealthy(all)).toBe(true);
    expect(JSON.parse(formatJson(all))).toEqual({ ok: true, findings: all });
  });

  it.each(['20.19.0', '22.3.0', '24.1.0'])('is content with Node %s', async (nodeVersion) => {
    expect(await lineOf('Node', { machine: { nodeVersion } })).toBe(`ok    Node        ${nodeVersion}`);
  });

  it.each(['18.20.0', '20.18.9'])('fails Node %s', async (nodeVersion) => {
    expect(await lineOf('Node', { machine: { nodeVersion } })).toBe(
      `FAIL  Node        ${nodeVersion} is too old\n` +
        '                  fix: Install Node 24, 22, or at least 20.19.',
    );
  });

  it('accepts an untested Node, and reports it', async () => {
    expect(await lineOf('Node', { machine: { nodeVersion: '25.0.0' } })).toBe(
      'ok    Node        25.0.0 (not among the tested ones: 20 from 20.19 on, 22 and 24)',
    );
  });

  it('fails scarce memory and disk', async () => {
    expect(await lineOf('Memory', { machine: { availableMemoryBytes: 1e9 } })).toBe(
      'FAIL  Memory      1 GB of 16 GB available\n' +
        '                  fix: End other programs until 2 GB are available, or train with a smaller --data.batchSize.',
    );
    expect(await lineOf('Disk', { machine: { freeDiskBytes: 1e8 } })).toBe(
      'FAIL  Disk        100 MB free for the cache /home/me/.cache/fulgur\n' +
        '                  fix: Free at least 500 MB there, or set FULGUR_CACHE to a folder on a larger disk.',
    );
  });

  it('gives the fix of an error its own line, and leaves unchecked what needs TensorFlow', async () => {
    const error = new FulgurError('engine', { what: 'There is no Python.', fix: 'Install Python.' });
    const all = await findings({ engine: { locate: () => Promise.reject(error) } });
    expect(all.slice(5).map(formatFinding)).toEqual([
      'FAIL  TensorFlow  There is no Python.\n                  fix: Install Python.',
      '-     Device      needs TensorFlow',
      '-     Operation   needs TensorFlow',
    ]);
    expect(isHealthy(all)).toBe(false);
  });

  it('reports an error that nobody foresaw', async () => {
    const start = () => Promise.reject(new Error('boom'));
    expect(await lineOf('TensorFlow', { engine: { start } })).toBe(
      'FAIL  TensorFlow  boom\n                  fix: Report this to the authors of Fulgur.',
    );
  });

  it('fails a CUDA build that runs on the CPU', async () => {
    const locate = () => Promise.resolve({ ...library, flavour: 'cuda' as const });
    expect(await lineOf('Device', { engine: { locate } })).toBe(
      'FAIL  Device      cpu (CPU:0), 4 threads: TensorFlow has CUDA but finds no usable GPU\n' +
        '                  fix: Update the NVIDIA driver and check nvidia-smi, or pass --accelerator cpu.',
    );
  });

  it('fails an operation that computes nonsense', async () => {
    const timeProduct = () => Promise.resolve({ seconds: 0.01, error: 3 });
    expect(await lineOf('Operation', { engine: { timeProduct } })).toBe(
      'FAIL  Operation   1024×1024 matrix product is wrong by 3\n' +
        "                  fix: Delete the cache's tensorflow folder to have it installed again, and test the machine's memory.",
    );
  });
});
