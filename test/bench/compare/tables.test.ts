import { chartOf } from '../../../bench/compare/chart';
import { describeMachine } from '../../../bench/compare/machine';
import { tablesOf } from '../../../bench/compare/tables';
import { rowOf, spread } from './sample-row';

const rows = [
  rowOf({
    name: 'step, float32',
    ours: { figure: spread(0.5, 0.01), mebibytes: spread(1400, 10) },
    peers: { figure: spread(0.75), mebibytes: spread(1000) },
  }),
  rowOf({
    name: 'views, 32 px',
    figure: 'imagesPerSecondPerCore',
    date: '2026-01-04',
    ours: { figure: spread(600, 20), mebibytes: null },
    peers: { figure: spread(80, 2), mebibytes: null },
  }),
  rowOf({ name: 'first step', figure: 'firstStepSeconds', peers: null, machine: 'another' }),
];

describe('tablesOf', () => {
  it('lists the rows of each machine below its name, with aims, and memory separately', () => {
    expect(tablesOf(rows).split('\n')).toEqual([
      'a machine; 2026-01-02 to 2026-01-04.',
      '',
      '|  | unit | turns | Fulgur | peer | times as fast | aim |  |',
      '|---|---|---|---|---|---|---|---|',
      '| step, float32 | s a step | 3 | 0.500 (0.490–0.510) | 0.750 (0.750–0.750) | 1.50 | 1.67 | **falls short** |',
      '| views, 32 px | images per core-second | 3 | 600 (580–620) | 80.0 (78.0–82.0) | 7.50 | 5 | met |',
      '',
      '| peak memory, MiB | Fulgur | peer | times as much | aim, at most |  |',
      '|---|---|---|---|---|---|',
      '| step, float32 | 1400 (1390–1410) | 1000 (1000–1000) | 1.40 | 1.3 | **falls short** |',
      '',
      'another; 2026-01-02.',
      '',
      '|  | unit | turns | Fulgur | aim, at most |  |',
      '|---|---|---|---|---|---|',
      '| first step | s | 3 | 1.000 (1.000–1.000) | 5 | met |',
    ]);
    expect(tablesOf([])).toBe('');
  });
});

describe('chartOf', () => {
  it('draws a bar for each row that has a peer, and a line at the peer', () => {
    const svg = chartOf(rows);
    expect(svg).toMatch(/^<svg [^]*<\/svg>\n$/);
    for (const text of ['step, float32', '1.50 ×', 'views, 32 px', '7.50 ×', 'peer', 'aim']) {
      expect(svg).toContain(`>${text}</text>`);
    }
    expect(svg).not.toContain('first step');
  });
});

describe('describeMachine', () => {
  it('names the hardware and all versions', () => {
    const machine = {
      processor: 'A Processor',
      instructions: ['avx2', 'avx512f'],
      cores: 2,
      memoryBytes: 24 * 2 ** 30,
      device: 'cpu',
      versions: { Node: '20.19.0', TensorFlow: '2.21.0' },
    };
    expect(describeMachine(machine)).toBe(
      'A Processor (avx2, avx512f), 2 cores, 24 GiB, on the CPU; Node 20.19.0, TensorFlow 2.21.0',
    );
    expect(describeMachine({ ...machine, instructions: [], cores: 1 })).toMatch(
      /^A Processor, one core, 24 GiB/,
    );
  });
});
