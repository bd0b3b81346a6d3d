import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CollapseSentinel, collapseSentinel, spread } from '../../../plugins/collapse-sentinel';
import { compile, jsonText, liveCounts, parseJson, start, tf } from '../../../src';
import type { StepContext } from '../../../src';
import { metricBands } from '../../../src/trainer';
import { Notes, hookContext, messageOf } from '../fakes/run';

interface SpreadReference {
  readonly source: string;
  readonly cases: { name: string; shape: [number, number]; z: number[]; spread: number }[];
}

const reference = JSON.parse(readFileSync(join(__dirname, 'data/spread.json'), 'utf8')) as SpreadReference;

function setUp(options: Partial<Parameters<typeof collapseSentinel>[0]> = {}) {
  const notes = new Notes();
  const bands = metricBands();
  const { options: settings } = collapseSentinel({ watch: 'z', patience: 3, ...options });
  const plugin = new CollapseSentinel(settings as never, notes.notify, bands);
  const see = (values: readonly number[], from = 1) =>
    values.forEach((z_std, i) => plugin.onTrainBatchEnd(hookContext({ globalStep: from + i }, { z_std })));
  return { plugin, notes, see, bands };
}

describe('the measure of collapse', () => {
  beforeAll(() => start());

  it.each(reference.cases)(
    `agrees with lightly's for $name vectors, op by op and compiled`,
    async ({ shape, z, spread: expected }) => {
      const input = tf.tensor2d(z, shape);
      const measured = spread(input);
      expect((await measured.data())[0]).toBeCloseTo(expected, 5);
      const compiled = compile((vectors: tf.Tensor2D) => spread(vectors));
      expect(await compiled(input)).toBeCloseTo(expected, 5);
      compiled.dispose();
      tf.dispose([input, measured]);
    },
  );

  it('is NaN for a batch of one, which has no spread', async () => {
    const input = tf.tensor2d([[1, 2]]);
    const measured = spread(input);
    expect((await measured.data())[0]).toBeNaN();
    tf.dispose([input, measured]);
  });

  it('is logged once per view, for the progress bar, and leaves no other tensor behind', () => {
    const { plugin } = setUp();
    const logged: [string, number, object | undefined][] = [];
    const context: StepContext = {
      log: (name, value, options) => logged.push([name, value.dataSync()[0] ?? NaN, options]),
    };
    const before = liveCounts();
    tf.tidy(() => {
      for (const { z, shape } of reference.cases.slice(0, 2))
        plugin.onAfterForward({ z: tf.tensor2d(z, shape) }, context);
    });
    expect(liveCounts()).toEqual(before);
    expect(logged).toEqual([
      ['z_std', expect.closeTo(reference.cases[0]!.spread, 5), { progBar: true }],
      ['z_std', expect.closeTo(reference.cases[1]!.spread, 5), { progBar: true }],
    ]);
  });

  it('needs a key of the forward output, and lists the existing keys', async () => {
    const { plugin } = setUp({ watch: 'embedding' });
    const context: StepContext = { log: () => undefined };
    const z = tf.zeros([4, 3, 2]);
    expect(await messageOf(() => plugin.onAfterForward({ z, p: z }, context))).toBe(
      "collapseSentinel() watches 'embedding', which forward() does not return as a tensor: " +
        'it returned an object with z, p. ' +
        'Return { embedding: ... } from forward(), or watch a key that it returns.',
    );
    expect(await messageOf(() => plugin.onAfterForward(z, context))).toBe(
      "collapseSentinel() watches 'embedding', which forward() does not return as a tensor: " +
        'it returned a tensor of shape [4, 3, 2]. ' +
        'Return { embedding: ... } from forward(), or watch a key that it returns.',
    );
    expect(await messageOf(() => plugin.onAfterForward({ embedding: z }, context))).toBe(
      "collapseSentinel() watches 'embedding', which has shape [4, 3, 2] instead of [batch, d]. " +
        'Watch the output of the projection head, or flatten it to one vector per sample.',
    );
    z.dispose();
  });
});

describe('the collapse sentinel', () => {
  const warning = (value: string, step: number) =>
    `warning: The representation is collapsing: std(z)·√d fell to ${value} at step ${step} (healthy: about 1). ` +
    'Lower the learning rate, and check that the loss takes no gradient through the targets ' +
    'and that the projection head ends with batch norm.';

  it('warns once when the measure stays low', () => {
    const { notes, see } = setUp();
    see([0.95, 0.4, 0.3, 0.12, 0.1, 0.05]);
    expect(notes.said).toEqual([warning('0.12', 4)]);
  });

  it('declares the values at which it warns', () => {
    const { bands } = setUp({ warnBelow: 0.3 });
    expect(bands.all()).toEqual([{ metric: 'z_std', warnBelow: 0.3, healthy: 1, below: 'collapse' }]);
  });

  it('ignores a short dip, and a batch without a measure', () => {
    const { notes, see } = setUp();
    see([0.95, 0.4, 0.3, 0.6, 0.4, NaN, 0.4, 0.9]);
    expect(notes.said).toEqual([]);
  });

  it('warns again in the next episode', () => {
    const { notes, see } = setUp();
    see([0.1, 0.1, 0.1, 0.9, 0.9, 0.91, 0.2, 0.2, 0.2]);
    expect(notes.said).toEqual([
      warning('0.10', 3),
      'info: The representation spreads again: std(z)·√d is 0.91 at step 6.',
      warning('0.20', 9),
    ]);
  });

  it('counts a value once, even if a batch measures none', () => {
    const { plugin, notes } = setUp();
    for (const step of [1, 2, 3, 4]) {
      plugin.onTrainBatchEnd(hookContext({ globalStep: step }, { z_std: 0.1 }, 1));
    }
    expect(notes.said).toEqual([]);
  });

  it('continues counting in a resumed run', () => {
    const before = setUp();
    before.see([0.9, 0.1, 0.1]);
    const after = setUp();
    after.plugin.restorePluginState(parseJson(jsonText(before.plugin.pluginState())));
    after.see([0.1], 4);
    expect(before.notes.said).toEqual([]);
    expect(after.notes.said).toEqual([warning('0.10', 4)]);
  });
});
