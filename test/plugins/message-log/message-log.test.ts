import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageLog } from '../../../plugins/message-log';
import { collapseSentinel } from '../../../plugins/collapse-sentinel';
import { livePage } from '../../../plugins/live-page';
import { Plugin, definePlugin, inject, rehearse, tokens } from '../../../src';
import type { PluginDescriptor, PluginFolder, PluginHooks, RehearsalOptions } from '../../../src';

/** The lines of a run folder's messages. */
function entriesIn(folder: string): Record<string, unknown>[] {
  const lines = readFileSync(join(folder, 'messages.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

it("keeps the run's messages, the bands of its metrics, and how it ended", async () => {
  const fit = await rehearse([messageLog(), collapseSentinel({ watch: 'z', warnBelow: 0.3 })], {
    options: { maxEpochs: 1 },
    batchesPerEpoch: 2,
  });
  const entries = entriesIn(fit.folder);
  expect(entries[0]).toMatchObject({ kind: 'started', bands: [{ metric: 'z_std', warnBelow: 0.3 }] });
  expect(entries.at(-1)).toMatchObject({ kind: 'ended', status: 'finished', detail: null });
  fit.dispose();
});

/** A plugin with one hook. */
function doing(hooks: PluginHooks): PluginDescriptor {
  @Plugin({ name: 'doing', help: 'for a test' })
  class Doing {}
  Object.assign(Doing.prototype, hooks);
  return definePlugin(Doing);
}

const failedIn = (hook: string) =>
  `Plugin 'doing' failed in ${hook}: the disk is full. Correct the plugin, or remove it from the experiment's plugins.`;
const broken = () => {
  throw new Error('the disk is full');
};

it.each<[string, PluginHooks, RehearsalOptions, Record<string, unknown>]>([
  [
    'is interrupted in the middle',
    {},
    { interruptAfter: ({ batchIndex }) => (batchIndex === 0 ? 'Ctrl-C' : null) },
    { status: 'interrupted', detail: 'Ctrl-C' },
  ],
  [
    'is interrupted in its last batch',
    {},
    { interruptAfter: ({ batchIndex }) => (batchIndex === 1 ? 'Ctrl-C' : null) },
    { status: 'interrupted', detail: 'Ctrl-C' },
  ],
  [
    'is stopped by a plugin',
    { onTrainEpochEnd: ({ stop }) => stop('low enough') },
    { options: { maxEpochs: 3 } },
    { status: 'stopped', detail: 'low enough' },
  ],
  ['fails in setup', { setup: broken }, {}, { status: 'failed', detail: failedIn('setup') }],
  ['fails after training', { onFitEnd: broken }, {}, { status: 'failed', detail: failedIn('onFitEnd') }],
  ['fails in teardown', { teardown: broken }, {}, { status: 'failed', detail: failedIn('teardown') }],
])('keeps the end of a run that %s', async (_, hooks, options, end) => {
  const fit = await rehearse([messageLog(), doing(hooks)], options);
  const entries = entriesIn(fit.folder);
  expect(entries.filter(({ kind }) => kind !== 'message')).toMatchObject([
    { kind: 'started' },
    { kind: 'ended', ...end },
  ]);
  expect(entries.at(-1)).toMatchObject({ kind: 'ended' });
  fit.dispose();
});

it('continues the file of the resumed run, without its half-written line', async () => {
  const first = await rehearse([messageLog()], { interruptAfter: () => 'Ctrl-C' });
  const earlier = readFileSync(join(first.folder, 'messages.jsonl'), 'utf8');
  @Plugin({ name: 'earlier', help: 'puts the earlier run there' })
  class Earlier {
    constructor(@inject(tokens.runFolder) private readonly folder: PluginFolder) {}

    setup(): void {
      writeFileSync(this.folder.resolve('messages.jsonl'), `${earlier}{"kind":"mess`);
    }
  }
  const resumed = await rehearse([messageLog(), definePlugin(Earlier)], { resumeFrom: first.state });
  const text = readFileSync(join(resumed.folder, 'messages.jsonl'), 'utf8');
  expect(text.startsWith(earlier)).toBe(true);
  const ends = entriesIn(resumed.folder).filter(({ kind }) => kind === 'ended');
  expect(ends).toMatchObject([{ status: 'interrupted' }, { status: 'finished', detail: null }]);
  first.dispose();
  resumed.dispose();
});

it("does not keep the address of the run's live page", async () => {
  const fit = await rehearse([messageLog(), livePage({ port: 0 })], {
    options: { maxEpochs: 1 },
    batchesPerEpoch: 2,
  });
  const token = /#([\w-]{43})$/.exec(fit.messages.join('\n'))?.[1] ?? 'no address was told';
  expect(token).toHaveLength(43);
  expect(readFileSync(join(fit.folder, 'messages.jsonl'), 'utf8')).not.toContain(token);
  fit.dispose();
});
